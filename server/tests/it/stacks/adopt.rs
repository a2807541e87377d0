//! Containers that somebody else made become a stack, and come back where that fails.

use std::time::Duration;

use api::adopt::Adoption;
use api::container::ContainerList;
use api::job::JobState;
use api::stack::StackState;
use serde_json::{Value, json};
use testkit::{Machine, TINY, wait_until};

use super::{clean, over, shown};
use crate::browser::{Browser, Reply};
use crate::deck;

/// The adoption of `container`, as it is shown.
async fn looked_at(ada: &mut Browser, container: &str) -> Adoption {
    let reply = ada.get(&format!("/api/containers/{container}/adopt")).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()
}

/// Asks for what was shown.
async fn adopt(ada: &mut Browser, shown: &Adoption, compose: &str) -> Reply {
    let containers: Vec<&str> = shown.containers.iter().map(|one| one.id.as_str()).collect();
    let body = json!({"name": shown.name, "containers": containers, "compose": compose, "env": shown.env});
    ada.post(&format!("/api/containers/{}/adopt", containers[0]), body)
        .await
}

/// Waits until the deck knows `container`.
async fn known(ada: &mut Browser, container: &str) {
    wait_until("the container to be known", Duration::from_secs(10), async || {
        let list: ContainerList = ada.get("/api/containers").await.json();
        list.items.iter().any(|one| one.id == container).then_some(())
    })
    .await;
}

async fn inspect(machine: &Machine, container: &str, what: &str) -> String {
    machine.cli(&["inspect", "-f", what, container]).await
}

#[tokio::test]
async fn a_foreign_container_becomes_a_stack_and_keeps_its_data() {
    let machine = Machine::start().await;
    let run = [
        "run",
        "--detach",
        "--name",
        "Shop.web",
        "--env",
        "GREETING=a$b",
        "--env",
        "DB_PASSWORD=it is $ecret",
        "--volume",
        "shop-data:/data",
        "--publish",
        "127.0.0.1::8080",
        "--tmpfs",
        "/scratch:size=1m",
        "--add-host",
        "db.test:10.1.2.3",
        "--restart",
        "on-failure:3",
        "--user",
        "0:7",
        "--workdir",
        "/tmp",
        "--hostname",
        "shop",
        "--stop-timeout",
        "3",
        "--label",
        "owner=me",
        "--health-cmd",
        "test -d /data",
        "--health-interval",
        "1s",
        TINY,
    ];
    let old = machine.cli(&run).await;
    machine
        .cli(&["exec", "Shop.web", "sh", "-c", "echo dear > /data/letter"])
        .await;
    let (_deck, mut ada) = deck(&machine).await;
    known(&mut ada, &old).await;

    let shown_first = looked_at(&mut ada, &old).await;
    let port = inspect(
        &machine,
        &old,
        "{{(index (index .HostConfig.PortBindings \"8080/tcp\") 0).HostPort}}",
    )
    .await;
    expect_test::expect![[r#"
        services:
          Shop.web:
            image: localhost/tiny:latest
            environment:
              DB_PASSWORD: ${DB_PASSWORD}
              GREETING: a$$b
            labels:
              owner: me
            user: "0:7"
            working_dir: /tmp
            hostname: shop
            ports:
              - "127.0.0.1:PORT:8080"
            volumes:
              - shop-data:/data
            tmpfs:
              - /scratch:size=1m
            restart: on-failure:3
            healthcheck:
              test:
                - CMD-SHELL
                - test -d /data
              interval: 1s
              timeout: 30s
              retries: 3
            extra_hosts:
              - db.test:10.1.2.3
            stop_grace_period: 3s
        volumes:
          shop-data:
            name: shop-data
            external: true
    "#]]
    .assert_eq(&shown_first.compose.replace(&port, "PORT"));
    assert_eq!(shown_first.env, "DB_PASSWORD='it is $ecret'\n");
    assert_eq!(shown_first.name.as_str(), "shop-web");
    assert!(shown_first.plan.risks.is_empty(), "{:?}", shown_first.plan);
    let last = shown_first.plan.items.last().unwrap();
    assert_eq!(
        (last.verb, last.name.as_str()),
        (api::stack::PlanVerb::Remove, "Shop.web")
    );

    let moved = json!({"name": "other", "containers": ["x"], "compose": shown_first.compose});
    let moved = ada.post(&format!("/api/containers/{old}/adopt"), moved).await;
    assert_eq!((moved.status, moved.code().as_str()), (409, "adoption_moved"));

    let begun = adopt(&mut ada, &shown_first, &shown_first.compose).await;
    let job = over(&mut ada, &begun).await;
    assert_eq!(job.job.state, JobState::Done, "{job:#?}");
    shown(&mut ada, "shop-web", StackState::Running).await;
    assert_eq!(
        machine.cli(&["ps", "-a", "--format", "{{.Names}}"]).await,
        "shop-web-Shop.web-1"
    );
    let now = "shop-web-Shop.web-1";
    let printed = machine
        .cli(&[
            "exec",
            now,
            "sh",
            "-c",
            "cat /data/letter; echo $GREETING; echo $DB_PASSWORD; hostname; pwd",
        ])
        .await;
    assert_eq!(printed, "dear\na$b\nit is $ecret\nshop\n/tmp");
    let audit: Value = ada.get("/api/audit?q=stack.adopt").await.json();
    assert_eq!(audit["items"][0]["object"], "shop-web Shop.web", "{audit}");

    clean(&machine, &mut ada, "shop-web").await;
    assert_eq!(
        machine.cli(&["volume", "ls", "-q"]).await,
        "shop-data",
        "it was never the stack's own"
    );
    machine.cli(&["volume", "rm", "shop-data"]).await;
}

/// Makes what another tool would have made of a project of two services.
async fn project(machine: &Machine) -> [String; 2] {
    machine.cli(&["network", "create", "duo_default"]).await;
    let mut ids = Vec::new();
    for service in ["db", "web"] {
        let name = format!("duo_{service}_1");
        let labels = [
            "com.docker.compose.project=duo".to_owned(),
            format!("com.docker.compose.service={service}"),
            "com.docker.compose.depends_on=db:service_started:false".to_owned(),
        ];
        let mut run = vec![
            "run",
            "--detach",
            "--name",
            &name,
            "--network",
            "duo_default",
            "--network-alias",
            service,
        ];
        let volume = format!("duo_{service}:/data");
        run.extend(["--volume", &volume]);
        let labelled = &labels[..if service == "web" { 3 } else { 2 }];
        run.extend(labelled.iter().flat_map(|label| ["--label", label.as_str()]));
        run.push(TINY);
        ids.push(machine.cli(&run).await);
    }
    machine
        .cli(&["exec", "duo_db_1", "sh", "-c", "echo dear > /data/letter"])
        .await;
    ids.try_into().unwrap()
}

#[tokio::test]
async fn a_project_of_another_tool_is_adopted_whole_or_put_back_whole() {
    let machine = Machine::start().await;
    let [db, web] = project(&machine).await;
    let (_deck, mut ada) = deck(&machine).await;
    known(&mut ada, &web).await;
    let seen = looked_at(&mut ada, &web).await;
    assert_eq!(looked_at(&mut ada, &db).await, seen, "by whichever of them");
    expect_test::expect![[r#"
        services:
          db:
            image: localhost/tiny:latest
            volumes:
              - db:/data
            networks:
              default: {}
          web:
            image: localhost/tiny:latest
            volumes:
              - web:/data
            networks:
              default: {}
            depends_on:
              db:
                condition: service_started
        networks:
          default:
            name: duo_default
            external: true
        volumes:
          db:
            name: duo_db
            external: true
          web:
            name: duo_web
            external: true
    "#]]
    .assert_eq(&seen.compose);

    // One of the two does not come up: both old ones are back, as they were.
    let names = async || {
        machine
            .cli(&["ps", "--format", "{{.Names}} {{.ID}}", "--sort", "names"])
            .await
    };
    let before = names().await;
    let bad = seen
        .compose
        .replace("depends_on:", "command: [\"false\"]\n    depends_on:");
    let begun = adopt(&mut ada, &seen, &bad).await;
    let job = over(&mut ada, &begun).await;
    assert_eq!(job.job.state, JobState::RolledBack, "{job:#?}");
    assert_eq!(names().await, before);
    shown(&mut ada, "duo", StackState::Down).await;

    let begun = adopt(&mut ada, &seen, &seen.compose).await;
    let twice = ada.get(&format!("/api/containers/{web}/adopt")).await;
    let job = over(&mut ada, &begun).await;
    assert_eq!(job.job.state, JobState::Done, "{job:#?}");
    assert!(
        matches!(
            twice.code().as_str(),
            "adoption_under_way" | "not_found" | "container_not_found"
        ),
        "{twice:?}"
    );
    let fetched = ["exec", "duo-web-1", "wget", "-qO-", "http://db:8080/"];
    assert_eq!(machine.cli(&fetched).await, "<h1>tiny ok</h1>");
    assert_eq!(machine.cli(&["exec", "duo-db-1", "cat", "/data/letter"]).await, "dear");
    assert_eq!(
        machine.cli(&["ps", "-aq"]).await.lines().count(),
        2,
        "nothing is left of the old ones"
    );
    clean(&machine, &mut ada, "duo").await;
    machine.cli(&["volume", "rm", "duo_db", "duo_web"]).await;
    machine.cli(&["network", "rm", "duo_default"]).await;
}

#[tokio::test]
async fn an_adoption_asks_for_the_same_leave_as_every_deploy_and_is_an_administrators() {
    let machine = Machine::start().await;
    let run = [
        "run",
        "--detach",
        "--name",
        "keen",
        "--cap-add",
        "NET_RAW",
        "--pid",
        "host",
        TINY,
    ];
    let keen = machine.cli(&run).await;
    let passing = machine
        .cli(&["run", "--detach", "--rm", "--name", "passing", TINY])
        .await;
    let (_deck, mut ada) = deck(&machine).await;
    known(&mut ada, &keen).await;
    known(&mut ada, &passing).await;
    let mut member = ada.with_user("bob", "member").await;
    assert_eq!(member.get(&format!("/api/containers/{keen}/adopt")).await.status, 404);
    let refused = ada.get(&format!("/api/containers/{passing}/adopt")).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "adoption_of_passing"));

    let seen = looked_at(&mut ada, &keen).await;
    let ids: Vec<&str> = seen.plan.risks.iter().map(|risk| risk.id.as_str()).collect();
    assert_eq!(ids, ["keen:cap_add:NET_RAW", "keen:pid:host"]);
    let refused = adopt(&mut ada, &seen, &seen.compose).await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "consent_needed"));
    assert_eq!(
        inspect(&machine, &keen, "{{.State.Status}} {{.Name}}").await,
        "running keen"
    );
    let body = json!({"name": "keen", "containers": [keen], "compose": seen.compose, "consents": ids});
    let begun = ada.post(&format!("/api/containers/{keen}/adopt"), body).await;
    let job = over(&mut ada, &begun).await;
    assert_eq!(job.job.state, JobState::Done, "{job:#?}");
    clean(&machine, &mut ada, "keen").await;
    machine.try_cli(&["rm", "-f", "-t", "1", "passing"]).await;
}

#[cfg(feature = "failpoints")]
#[tokio::test]
async fn a_crash_in_the_middle_of_an_adoption_ends_in_the_new_whole_or_the_old_whole() {
    use super::crash::{crash_in, crashing, settled};
    let machine = Machine::start().await;
    let (mut deck, mut ada, file) = crashing(&machine).await;
    machine.cli(&["volume", "create", "letters"]).await;
    let rounds = [
        ("stack-adopt-renamed", true),
        ("stack-committed", true),
        ("stack-given-up", false),
        ("stack-adopt-named-back", false),
    ];
    for (point, comes_up) in rounds {
        let old = machine
            .cli(&["run", "--detach", "--name", "one", "--volume", "letters:/data", TINY])
            .await;
        machine
            .cli(&["exec", "one", "sh", "-c", &format!("echo {point} > /data/letter")])
            .await;
        known(&mut ada, &old).await;
        let seen = looked_at(&mut ada, &old).await;
        let command = if comes_up { "" } else { "    command: [\"false\"]\n" };
        let compose = seen.compose.replace("    volumes:", &format!("{command}    volumes:"));
        let body = json!({"name": seen.name, "containers": [old], "compose": compose});
        let path = format!("/api/containers/{old}/adopt");
        let ask = async |ada: &mut Browser| {
            known(ada, &old).await;
            ada.send_if_it_lives("POST", &path, Some(body)).await
        };
        crash_in(point, ask, &file, &machine, &mut deck, &mut ada).await;
        let job = settled(&mut ada).await;
        let up = machine.cli(&["ps", "--format", "{{.Names}}"]).await;
        let all = machine.cli(&["ps", "-a", "--format", "{{.Names}}"]).await;
        let (state, now) = if comes_up {
            (JobState::Done, "one-one-1")
        } else {
            (JobState::RolledBack, "one")
        };
        assert_eq!(job.state, state, "{point}: {job:#?}");
        assert_eq!((up.as_str(), all.as_str()), (now, now), "{point}");
        assert_eq!(machine.cli(&["exec", now, "cat", "/data/letter"]).await, point);
        clean(&machine, &mut ada, seen.name.as_str()).await;
        if !comes_up {
            machine.cli(&["rm", "-f", "-t", "1", "one"]).await;
        }
    }
    machine.cli(&["volume", "rm", "letters"]).await;
}
