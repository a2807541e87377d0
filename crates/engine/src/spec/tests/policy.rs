//! What a file may not ask for.

use super::*;

/// What is asked of whom: `Some(true)` of an administrator, `Some(false)` of nobody, `None` is fine.
fn verdict(lines: &str) -> Option<bool> {
    let (_, said, verdicts) = meaning(&service(lines));
    let errors = said.iter().any(|one| one.severity == Severity::Error);
    let refused = errors || verdicts.iter().any(|verdict| !verdict.consentable);
    match (refused, verdicts.is_empty()) {
        (true, _) => Some(false),
        (false, true) => None,
        (false, false) => Some(true),
    }
}

#[test]
fn sec_46_what_reaches_beyond_the_container_needs_a_word_or_is_refused() {
    for (lines, wanted) in [
        ("cap_add: [NET_BIND_SERVICE, CAP_CHOWN]", None),
        ("cap_drop: [ALL]\nread_only: true", None),
        ("security_opt: ['no-new-privileges:true']", None),
        ("userns_mode: keep-id", None),
        ("privileged: true", Some(true)),
        ("cap_add: [SYS_ADMIN]", Some(true)),
        ("cap_add: [all]", Some(true)),
        ("devices: ['/dev/dri:/dev/dri']", Some(true)),
        ("security_opt: ['seccomp=unconfined']", Some(true)),
        ("security_opt: ['seccomp:unconfined']", Some(true)),
        ("security_opt: ['apparmor=unconfined']", Some(true)),
        ("security_opt: ['label=disable']", Some(true)),
        ("security_opt: ['no-new-privileges:false']", Some(true)),
        ("pid: host", Some(true)),
        ("ipc: host", Some(true)),
        ("uts: host", Some(true)),
        ("userns_mode: host", Some(true)),
        ("cgroup: host", Some(true)),
        ("network_mode: host", Some(true)),
        ("sysctls: {net.ipv4.ip_forward: 1}", Some(true)),
        ("group_add: [video]", Some(true)),
        ("runtime: /tmp/evil", Some(true)),
        ("network_mode: 'container:other'", Some(false)),
        ("network_mode: 'ns:/proc/1/ns/net'", Some(false)),
        ("security_opt: ['unmask=ALL']", Some(false)),
        ("use_api_socket: true", Some(false)),
        ("device_cgroup_rules: ['c *:* rwm']", Some(false)),
    ] {
        assert_eq!(verdict(lines), wanted, "{lines}");
    }
}

#[test]
fn sec_47_no_bind_leads_to_the_machine_or_to_stardeck() {
    for (source, wanted) in [
        ("./data", None),
        ("/srv/media", Some(true)),
        ("/home/ada/music", Some(true)),
        ("/", Some(false)),
        ("/etc", Some(false)),
        ("/etc/passwd", Some(false)),
        ("/proc/1/root", Some(false)),
        ("/sys", Some(false)),
        ("/dev", Some(false)),
        ("/run/user/1000/podman/podman.sock", Some(false)),
        ("/var/run/docker.sock", Some(false)),
        ("/home", Some(false)),
        ("/home/ada", Some(false)),
        ("/home/ada/.ssh", Some(false)),
        ("/home/ada/.config/stardeck", Some(false)),
        ("/home/ada/.local", Some(false)),
        ("/srv/deck", Some(false)),
        ("/srv/deck/stardeck.db", Some(false)),
        ("/srv", Some(false)),
        ("../other", Some(false)),
        ("../../stardeck.db", Some(false)),
        ("/srv/media/../../etc", Some(false)),
    ] {
        let long = format!("volumes: [{{type: bind, source: {source}, target: /x}}]");
        for lines in [format!("volumes: ['{source}:/x']"), long] {
            assert_eq!(verdict(&lines), wanted, "{lines}");
        }
    }
    let shared = "volumes: [{type: bind, source: ./x, target: /x, bind: {propagation: shared}}]";
    assert_eq!(verdict(shared), Some(false));
}

#[test]
fn sec_47_a_link_in_the_folder_of_a_stack_leads_nowhere_else() {
    let folder = std::env::temp_dir().join(format!("stardeck-judge-{}", std::process::id()));
    let home = folder.join("deck/stacks/shop");
    std::fs::create_dir_all(home.join("data")).unwrap();
    std::os::unix::fs::symlink("/etc", home.join("link")).unwrap();
    let (here, stack) = (here(), StackName::parse("shop").unwrap());
    let ground = ground(&here, &stack, &home);
    let of = |source: &str| {
        let mount = podman::container::SpecMount {
            kind: "bind".into(),
            source: home.join(source).to_string_lossy().into_owned(),
            destination: "/x".into(),
            options: vec![],
        };
        let (mut wanted, ..) = meaning(&service(""));
        wanted.services[0].replicas[0].spec.mounts.push(mount);
        judge(&ground, &wanted).first().map(|verdict| verdict.consentable)
    };
    assert_eq!(of("data"), None);
    assert_eq!(of("not/there/yet"), None);
    assert_eq!(of("link"), Some(false));
    assert_eq!(of("link/ssl"), Some(false));
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn sec_48_other_ways_to_a_mount_are_closed() {
    for lines in [
        "tmpfs: ['/t:size=1t']",
        "tmpfs: ['/t:size=100%']",
        "volumes_from: ['container:x']",
    ] {
        assert_eq!(verdict(lines), Some(false), "{lines}");
    }
    assert_eq!(verdict("tmpfs: ['/t:size=64m']"), None);
    for (options, wanted) in [
        ("type: none, o: bind, device: /etc", Some(false)),
        ("o: 'rw,bind', device: /srv/media", Some(true)),
        ("type: none, o: bind, device: /srv/deck/stacks/shop/data", None),
        ("type: tmpfs, device: tmpfs", None),
        ("type: nfs, o: 'addr=10.0.0.1', device: ':/x'", Some(false)),
        ("type: overlay, o: 'lowerdir=/etc', device: overlay", Some(false)),
        ("type: tmpfs, device: tmpfs, mountpoint: /etc", Some(false)),
    ] {
        let text = service("volumes: ['vol:/v']");
        let (_, said, verdicts) = meaning(&format!("{text}volumes: {{vol: {{driver_opts: {{{options}}}}}}}\n"));
        assert_eq!(said, [], "{options}");
        assert_eq!(
            verdicts.first().map(|one| one.consentable),
            wanted,
            "{options}: {verdicts:?}"
        );
    }
}

#[test]
fn sec_49_ports_go_to_the_loopback_whatever_is_asked_for() {
    for port in [
        "0.0.0.0:22:22",
        "8080:80",
        "3000-3002:3000-3002",
        "[::]:80:80",
        "42001:80",
        "80",
    ] {
        let spec = create(&format!("ports: ['{port}']"));
        let all = spec["portmappings"].as_array().unwrap();
        assert!(
            all.iter()
                .all(|one| one["host_ip"] == "127.0.0.1" && one["host_port"] == 0),
            "{port}: {all:?}"
        );
    }
}

#[test]
fn sec_51_names_are_literal_or_refused() {
    for image in ["-v", "$$(id)", "a b", "../x"] {
        let (_, said, _) = meaning(&format!("services:\n  a:\n    image: '{image}'\n"));
        assert!(said.iter().any(|one| one.severity == Severity::Error), "{image}");
    }
}
