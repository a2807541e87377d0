//! A real authority that speaks ACME, on loopback, and the DNS that it believes.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use rustix::process::Signal;
use tokio::net::TcpStream;

use crate::{Machine, free_port, process::Group, user::program_path, wait_until};

/// Let's Encrypt's own test server and its DNS server, in which every name is this machine.
#[derive(Debug)]
pub struct AcmeServer<'machine> {
    machine: &'machine Machine,
    server: Group,
    _names: Group,
    port: u16,
    management: u16,
    records: u16,
    http: u16,
}

impl<'machine> AcmeServer<'machine> {
    /// Starts it with a certificate for `127.0.0.1` and its key, both as PEM.
    pub async fn start(machine: &'machine Machine, certificate: &str, key: &str) -> Self {
        for program in ["pebble", "pebble-challtestsrv"] {
            assert!(
                program_path(program).is_some(),
                "the program `{program}` is missing (package pebble; `cargo xtask test` sets it up)"
            );
        }
        let name = machine.unique("acme");
        let dir = machine.dir().join(&name);
        machine.user().make_dir(&dir);
        machine.user().write(&dir.join("certificate.pem"), certificate);
        machine.user().write(&dir.join("key.pem"), key);
        let (port, management, records, http, dns) = (free_port(), free_port(), free_port(), free_port(), free_port());
        let config = format!(
            r#"{{"pebble": {{"listenAddress": "127.0.0.1:{port}", "managementListenAddress": "127.0.0.1:{management}",
            "certificate": "{at}/certificate.pem", "privateKey": "{at}/key.pem", "httpPort": {http}, "tlsPort": 1}}}}"#,
            at = dir.display()
        );
        machine.user().write(&dir.join("config.json"), &config);
        let program = |name: &str| {
            let mut command = Command::new(machine.dir().join("plain-as-user"));
            // Without the rests that a real authority takes before it looks.
            command.arg("env").arg("PEBBLE_VA_NOSLEEP=1").arg(name);
            command
        };
        let mut names = program("pebble-challtestsrv");
        names.args(["-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv6", ""]);
        names.args(["-management", &format!("127.0.0.1:{records}")]);
        names.args(["-dns01", &format!("127.0.0.1:{dns}")]);
        let names = Group::start(names, machine.dir(), &format!("{name}-dns"));
        let mut server = program("pebble");
        server.arg("-config").arg(dir.join("config.json"));
        server.args(["-dnsserver", &format!("127.0.0.1:{dns}")]);
        let mut server = Group::start(server, machine.dir(), &name);
        for port in [port, records] {
            wait_until("the authority to listen", Duration::from_secs(20), async || {
                assert!(server.ended().is_none(), "it ended: {}", machine.log(&name));
                TcpStream::connect(("127.0.0.1", port)).await.ok()
            })
            .await;
        }
        Self {
            machine,
            server,
            _names: names,
            port,
            management,
            records,
            http,
        }
    }

    /// The address of its directory.
    #[must_use]
    pub fn directory(&self) -> String {
        format!("https://127.0.0.1:{}/dir", self.port)
    }

    /// Where, over its own TLS, it tells its root: at `/roots/0`.
    #[must_use]
    pub fn management(&self) -> String {
        format!("127.0.0.1:{}", self.management)
    }

    /// Where it looks for proofs over HTTP, in place of port 80.
    #[must_use]
    pub fn http(&self) -> String {
        format!("127.0.0.1:{}", self.http)
    }

    /// A program that sets and clears records of its DNS: `PROGRAM set|clear NAME VALUE`.
    #[must_use]
    pub fn dns_program(&self) -> PathBuf {
        let path = self.machine.dir().join(self.machine.unique("dns"));
        let script = format!(
            "#!/bin/sh\nexec busybox wget -q -O - --post-data \"{{\\\"host\\\": \\\"$2.\\\", \\\"value\\\": \\\"$3\\\"}}\" \
             http://127.0.0.1:{}/$1-txt\n",
            self.records
        );
        self.machine.user().write(&path, &script);
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&path, mode).expect("the machine's directory can be changed");
        path
    }

    /// Ends the authority.
    pub async fn stop(mut self) {
        let patience = Duration::from_secs(20);
        self.server.end(Signal::TERM, "the authority", patience).await;
    }
}
