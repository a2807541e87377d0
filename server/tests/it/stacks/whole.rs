//! A whole shop, as people run them: PostgreSQL, Redis, a migration and a web server, built of Debian packages.

use std::time::Duration;

use api::job::JobState;
use api::stack::StackState;
use serde_json::json;
use testkit::{Machine, wait_until};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{clean, create, deploy, detail, done, follow, podman_ps, shown, write};
use crate::deck;

const SECRET: &str = "violet-anchor-rain";

const FILE: &str = r#"
services:
  db:
    build: parts
    image: localhost/shop-parts:1
    command: [/parts/db]
    user: "70"
    stop_signal: SIGINT
    networks: [back]
    secrets: [password]
    environment: {TUNE: "@tune"}
    volumes: ["data:/var/lib/shop"]
    healthcheck: {test: [CMD, /parts/db-ready], interval: 500ms, retries: 100}
  cache:
    image: localhost/shop-parts:1
    command: [redis-server, --bind, 0.0.0.0, --protected-mode, "no", --dir, /data, --appendonly, "yes"]
    networks: [back]
    volumes: ["./cache:/data"]
    healthcheck: {test: [CMD, redis-cli, ping], interval: 500ms, retries: 100}
  migrate:
    image: localhost/shop-parts:1
    command: [/parts/migrate]
    networks: [back]
    secrets: [password]
    environment: {FAIL: "@fail"}
    depends_on:
      db: {condition: service_healthy}
  web:
    image: localhost/shop-parts:1
    init: true
    command: [busybox, httpd, -f, -p, "8080", -h, /parts/www]
    networks: [front, back]
    ports: ["8080"]
    secrets: [password]
    environment: {TITLE: "@title"}
    depends_on:
      migrate: {condition: service_completed_successfully}
      cache: {condition: service_healthy}
  guest:
    image: localhost/shop-parts:1
    command: [sleep, "10000"]
    init: true
    networks: [front]
networks:
  front:
  back: {internal: true}
volumes:
  data:
secrets:
  password: {file: ./password}
"#;

/// What lies beside the compose file.
const FOLDER: [(&str, &str); 6] = [
    ("password", SECRET),
    (
        "parts/Dockerfile",
        "FROM localhost/parts:latest\n\
         RUN echo 'root:x:0:0::/:/bin/sh' > /etc/passwd && echo 'shop:x:70:70::/:/bin/sh' >> /etc/passwd && \
         busybox mkdir -p /var/lib/shop /tmp && busybox chown 70:70 /var/lib/shop && busybox chmod 1777 /tmp\n\
         COPY . /parts/\nRUN busybox chmod -R a+rx /parts\n",
    ),
    (
        "parts/db",
        "#!/bin/sh\nset -e\nbin=$(echo /usr/lib/postgresql/*/bin)\ndata=/var/lib/shop/data\n\
         if [ ! -e $data/ready ]; then\n\
         $bin/initdb -D $data -U shop --no-sync --auth=scram-sha-256 --pwfile=/run/secrets/password -E UTF8 --locale=C\n\
         echo 'host all all all scram-sha-256' >> $data/pg_hba.conf\n: > $data/ready\nfi\n\
         exec $bin/postgres -D $data -c listen_addresses='*' -c unix_socket_directories=/tmp -c fsync=off\n",
    ),
    (
        "parts/db-ready",
        "#!/bin/sh\nexec /usr/lib/postgresql/*/bin/pg_isready -h 127.0.0.1 -U shop\n",
    ),
    (
        "parts/migrate",
        "#!/bin/sh\nset -e\n[ -z \"$FAIL\" ] || { echo \"no migration: $FAIL\"; exit 1; }\n\
         PGPASSWORD=$(cat /run/secrets/password) exec /usr/lib/postgresql/*/bin/psql -h db -U shop postgres -c \
         \"create table if not exists words (word text primary key); \
         insert into words values ('first') on conflict do nothing\"\n",
    ),
    (
        "parts/www/cgi-bin/rows",
        "#!/bin/sh\necho 'Content-Type: text/plain'\necho\necho \"$TITLE\"\nredis-cli -h cache incr visits\n\
         PGPASSWORD=$(cat /run/secrets/password) /usr/lib/postgresql/*/bin/psql -h db -U shop postgres -At \
         -c 'select word from words order by word'\n",
    ),
];

fn file(title: &str, tune: &str, fail: &str) -> String {
    FILE.replace("@title", title)
        .replace("@tune", tune)
        .replace("@fail", fail)
}

/// The address of a container on a network.
async fn address(machine: &Machine, name: &str, network: &str) -> String {
    let format = format!("{{{{(index .NetworkSettings.Networks \"{network}\").IPAddress}}}}");
    machine.cli(&["inspect", "-f", &format, name]).await
}

/// What the web server shows at its published port: a title, how often it was asked, and the rows.
async fn page(machine: &Machine) -> Vec<String> {
    let port = machine.cli(&["port", "shop-web-1", "8080/tcp"]).await;
    let page = wait_until("the web server to answer", Duration::from_secs(30), async || {
        let mut stream = TcpStream::connect(&port).await.ok()?;
        stream.write_all(b"GET /cgi-bin/rows HTTP/1.0\r\n\r\n").await.ok()?;
        let mut reply = String::new();
        stream.read_to_string(&mut reply).await.ok()?;
        let (head, body) = reply.split_once("\r\n\r\n").or(reply.split_once("\n\n"))?;
        head.contains(" 200 ").then(|| body.to_owned())
    });
    page.await.lines().map(str::to_owned).collect()
}

/// When each of these was started, as Podman says.
async fn started(machine: &Machine, names: &[&str]) -> Vec<u64> {
    let format = ["inspect", "-f", "{{.State.StartedAt.UnixMilli}}"];
    let times = machine.cli(&[&format[..], names].concat()).await;
    times.lines().map(|line| line.parse().unwrap()).collect()
}

/// Puts a row into the database, as a customer would.
async fn buy(machine: &Machine, word: &str) {
    let script = format!(
        "PGPASSWORD=$(cat /run/secrets/password) /usr/lib/postgresql/*/bin/psql -h db -U shop postgres -c \
         \"insert into words values ('{word}')\""
    );
    machine.cli(&["exec", "shop-web-1", "sh", "-c", &script]).await;
}

#[tokio::test]
async fn whole_shop_is_deployed_changed_put_back_and_found_again_with_all_its_data() {
    let machine = Machine::start().await;
    machine.take_in_parts().await;
    let (mut deck, mut ada) = deck(&machine).await;
    create(&mut ada, "shop", &file("one", "a", "")).await;
    let home = deck.data_dir().join("stacks/shop");
    for (path, text) in FOLDER {
        std::fs::create_dir_all(home.join(path).parent().unwrap()).unwrap();
        std::fs::write(home.join(path), text).unwrap();
    }

    // In order, each when what it needs is ready.
    deploy(&mut ada, "shop").await;
    shown(&mut ada, "shop", StackState::Running).await;
    let times = started(&machine, &["shop-db-1", "shop-migrate-1", "shop-web-1"]).await;
    assert!(times.is_sorted(), "{times:?}");
    let ended = [
        "inspect",
        "-f",
        "{{.State.ExitCode}} {{.State.Status}}",
        "shop-migrate-1",
    ];
    assert_eq!(machine.cli(&ended).await, "0 exited");
    assert_eq!(page(&machine).await, ["one", "1", "first"]);

    // What is internal has no way out, and nobody on the other network has one in.
    let routes = async |name: &str| machine.cli(&["exec", name, "busybox", "ip", "route"]).await;
    let (inside, outside) = (routes("shop-db-1").await, routes("shop-guest-1").await);
    assert!(
        !inside.contains("default") && outside.contains("default"),
        "{inside}\n{outside}"
    );
    let address = address(&machine, "shop-cache-1", "shop_back").await;
    let reach = async |name: &str| {
        let asked = ["exec", name, "timeout", "2", "redis-cli", "-h", &address, "ping"];
        machine.try_cli(&asked).await.status.success()
    };
    assert!(reach("shop-web-1").await);
    assert!(!reach("shop-guest-1").await);

    // The secret is a file in the container, and in nothing that Podman says of it.
    let said = machine.cli(&["inspect", "shop-db-1", "shop-web-1"]).await;
    assert!(!said.contains(SECRET));
    assert_eq!(
        machine
            .cli(&["exec", "shop-db-1", "cat", "/run/secrets/password"])
            .await,
        SECRET
    );

    // What is in the volume and in the folder outlives the containers.
    buy(&machine, "second").await;
    let before = podman_ps(&machine, "shop").await;
    write(&mut ada, "shop", &file("two", "b", "")).await;
    deploy(&mut ada, "shop").await;
    assert_eq!(page(&machine).await, ["two", "2", "first", "second"]);
    let after = podman_ps(&machine, "shop").await;
    let kept = |name: &str| before.iter().any(|line| line.starts_with(name) && after.contains(line));
    assert!(
        kept("shop-cache-1 ") && !kept("shop-db-1 ") && !kept("shop-web-1 "),
        "{before:?} {after:?}"
    );

    // A migration that fails brings back what was there.
    write(&mut ada, "shop", &file("three", "c", "it is tested")).await;
    let job = done(&mut ada, "shop", "deploy", json!({})).await;
    assert_eq!(job.job.state, JobState::RolledBack, "{job:#?}");
    assert!(
        job.log
            .iter()
            .any(|line| line.text.contains("no migration: it is tested")),
        "{job:#?}"
    );
    assert_eq!(page(&machine).await, ["two", "3", "first", "second"]);

    let job = done(&mut ada, "shop", "deploy", json!({"generation": 1})).await;
    assert_eq!(job.job.state, JobState::Done, "{job:#?}");
    assert_eq!(page(&machine).await, ["one", "4", "first", "second"]);

    // The server goes and comes back; the containers do not notice.
    let before = podman_ps(&machine, "shop").await;
    deck.kill().await;
    assert_eq!(page(&machine).await, ["one", "5", "first", "second"]);
    deck.start_again().await;
    follow(&mut ada, &deck);
    shown(&mut ada, "shop", StackState::Running).await;
    assert_eq!(podman_ps(&machine, "shop").await, before);
    assert_eq!(detail(&mut ada, "shop").await.stack.trouble, None);
    assert_eq!(page(&machine).await, ["one", "6", "first", "second"]);
    clean(&machine, &mut ada, "shop").await;
}
