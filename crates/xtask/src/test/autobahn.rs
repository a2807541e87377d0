//! Autobahn's fuzzing client, which speaks WebSocket well and badly in some hundreds of cases, to its own server: what it
//! finds through the proxy is what it finds directly.
//!
//! It is written in Python 2, which is taken from the last Debian that has it, once, and only unpacked; what it imports
//! comes from the Python package index.

use super::{Counts, rust};
use crate::setup::Account;
use crate::started::Started;
use crate::{apt, shell, tree};
use anyhow::{Context, Result, ensure};
use std::collections::BTreeMap;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const RELEASE: &str = "bullseye";
/// What has no built package; both are of Python alone.
const SOURCES: [&str; 2] = ["autobahn==0.10.9", "autobahntestsuite==25.10.1"];
/// What they import, of versions that know Python 2.
const IMPORTS: [&str; 30] = [
    "attrs==21.4.0",
    "automat==20.2.0",
    "cffi==1.15.1",
    "constantly==15.1.0",
    "cryptography==3.3.2",
    "enum34==1.1.10",
    "hyperlink==21.0.0",
    "idna==2.10",
    "incremental==21.3.0",
    "ipaddress==1.0.23",
    "jinja2==2.11.3",
    "klein==17.10.0",
    "linecache2==1.0.0",
    "markupsafe==1.1.1",
    "pyasn1==0.4.8",
    "pyasn1-modules==0.2.8",
    "pycparser==2.21",
    "pyhamcrest==1.9.0",
    "pyopenssl==19.1.0",
    "service-identity==18.1.0",
    "setuptools==44.0.0",
    "six==1.16.0",
    "traceback2==1.4.0",
    "twisted==20.3.0",
    "txaio==2.3.1",
    "typing==3.10.0.0",
    "unittest2==1.1.0",
    "werkzeug==1.0.1",
    "zope.interface==4.6.0",
    "argparse==1.4.0",
];
/// The chapters that are tried whole, and some cases of those whose messages are large, many or compressed, for which a
/// Python of this age takes hours: `STARDECK_AUTOBAHN=all` tries all of them.
const TRIED: [&str; 22] = [
    "1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "10.*", "9.1.1", "9.1.2", "9.1.3", "9.2.1", "9.2.2", "9.2.3",
    "9.7.1", "9.8.1", "12.1.1", "12.1.2", "12.1.3", "13.1.1", "13.1.2", "13.1.3",
];
/// How many cases they are.
const CASES: u64 = 261;

pub(super) fn run(_: &Account) -> Result<Counts> {
    let folder = tree::target()?.join("autobahn");
    if let Err(error) = fetch(&folder) {
        println!("autobahn: {error:#}");
        println!("autobahn: it is NOT here, so none of its cases was tried");
        return Ok(Counts::skipped(CASES));
    }
    let server = Server::start(&folder)?;
    let load = rust::programs()?.join("examples/load");
    // Its server refuses to be called by another port than its own.
    let proxy = Started::start(&load, &["proxy", &server.port.to_string(), "host-header=upstream"])?;
    let all = std::env::var("STARDECK_AUTOBAHN").is_ok_and(|asked| asked == "all");
    let tried = if all { &["*"][..] } else { &TRIED };
    if !all {
        println!("autobahn: most cases of chapters 9, 12 and 13 are tried by STARDECK_AUTOBAHN=all alone");
    }
    let agents = [("direct", server.port), ("proxied", proxy.port()?)];
    let servers =
        agents.map(|(agent, port)| serde_json::json!({"agent": agent, "url": format!("ws://127.0.0.1:{port}")}));
    let reports = folder.join("reports");
    let plan = serde_json::json!({
        "outdir": reports, "servers": servers, "cases": tried, "exclude-cases": [], "exclude-agent-cases": {},
    });
    let plan_file = folder.join("plan.json");
    tree::write(&plan_file, plan.to_string())?;
    shell::quiet(wstest(&folder)?.args(["-m", "fuzzingclient", "-s"]).arg(plan_file))?;
    let found: Reports = serde_json::from_str(&tree::read(&reports.join("index.json"))?)?;
    compare(&found)
}

/// What was found, by agent and case.
type Reports = BTreeMap<String, BTreeMap<String, Verdict>>;

/// How a case ended, and how its connection did.
#[derive(serde::Deserialize, PartialEq, Eq, Debug)]
#[serde(rename_all = "camelCase")]
struct Verdict {
    behavior: String,
    behavior_close: String,
}

/// A case passes that ended through the proxy as it did directly.
fn compare(found: &Reports) -> Result<Counts> {
    let of = |agent: &str| found.get(agent).with_context(|| format!("no report on {agent}"));
    let (direct, proxied) = (of("direct")?, of("proxied")?);
    ensure!(direct.len() as u64 >= CASES, "only {} cases were tried", direct.len());
    let mut counts = Counts::default();
    for (case, verdict) in direct {
        let through = proxied.get(case);
        if through == Some(verdict) {
            counts.passed += 1;
        } else {
            counts.failed += 1;
            println!("autobahn: case {case} is {verdict:?} directly, and through the proxy {through:?}");
        }
    }
    let well = direct.values().filter(|verdict| verdict.behavior == "OK").count();
    println!(
        "autobahn: {} of {} cases end alike; {well} of them are OK",
        counts.passed,
        direct.len()
    );
    Ok(counts)
}

/// Autobahn's own server, which answers as its clients expect. It ends with this value.
struct Server {
    child: Child,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, which the wait finds.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    fn start(folder: &Path) -> Result<Server> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = wstest(folder)?;
        command.args(["-m", "testeeserver", "-w", &format!("ws://127.0.0.1:{port}")]);
        let silent = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let server = Server {
            child: silent.spawn().context("starting Autobahn's server")?,
            port,
        };
        shell::wait("Autobahn's server", Duration::from_secs(30), || {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        })?;
        Ok(server)
    }
}

fn wstest(folder: &Path) -> Result<Command> {
    let mut command = Command::new(folder.join("usr/bin/python2.7"));
    command
        .env("PYTHONHOME", folder.join("usr"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .args(["-W", "ignore"])
        .arg(tree::root()?.join("crates/xtask/src/test/wstest.py"));
    Ok(command)
}

/// Python 2 with all that is imported, where it is not there yet.
fn fetch(whole: &Path) -> Result<()> {
    if whole.exists() {
        return Ok(());
    }
    let folder = whole.with_extension("new");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).with_context(|| format!("removing {}", folder.display()))?;
    }
    std::fs::create_dir_all(&folder)?;
    let script = "mmdebstrap --quiet --variant=extract --format=tar --include=python2.7 \
                  --aptopt='Acquire::Check-Valid-Until \"false\"' \"$2\" - \"$3\" | \
                  tar -x -C \"$1\" ./usr/bin/python2.7 ./usr/lib/python2.7";
    let mut unpack = Command::new("sh");
    unpack.args(["-ec", script, "sh"]).arg(&folder);
    shell::quiet(unpack.args([RELEASE, &apt::mirror()?]))?;
    let packages = folder.join("usr/local/lib/python2.7/dist-packages");
    install(&packages)?;
    for source in SOURCES {
        unpack_source(source, &folder, &packages)?;
    }
    std::fs::rename(&folder, whole).with_context(|| format!("renaming {}", folder.display()))
}

fn pip() -> Command {
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "--quiet"]);
    pip
}

/// What is imported, as it was built for another Python than the one that installs it.
fn install(packages: &Path) -> Result<()> {
    let mut install = pip();
    install.args([
        "install",
        "--no-deps",
        "--no-compile",
        "--ignore-requires-python",
        "--only-binary=:all:",
    ]);
    install.args([
        "--root-user-action=ignore",
        "--implementation=cp",
        "--python-version=2.7",
    ]);
    install.args(["cp27mu", "none"].map(|abi| format!("--abi={abi}")));
    let machine = std::env::consts::ARCH;
    let platforms = [
        format!("manylinux2010_{machine}"),
        format!("manylinux1_{machine}"),
        "any".to_owned(),
    ];
    install.args(platforms.map(|platform| format!("--platform={platform}")));
    shell::quiet(install.arg("--target").arg(packages).args(IMPORTS))
}

fn unpack_source(source: &str, folder: &Path, packages: &Path) -> Result<()> {
    let mut download = pip();
    download.args(["download", "--no-deps", "--no-binary=:all:", "--dest"]);
    shell::quiet(download.arg(folder).arg(source))?;
    let name = source.replace("==", "-");
    let package = PathBuf::from(&name).join(source.split("==").next().unwrap_or_default());
    let mut unpack = Command::new("tar");
    unpack.arg("-xzf").arg(folder.join(format!("{name}.tar.gz")));
    shell::quiet(unpack.arg("--strip-components=1").arg("-C").arg(packages).arg(package))
}

#[cfg(test)]
mod tests {
    use super::{CASES, Reports, compare};

    fn reports(through: &str) -> Reports {
        let cases = |odd: &str| -> serde_json::Value {
            let case = |number| {
                (
                    format!("1.{number}"),
                    serde_json::json!({"behavior": "OK", "behaviorClose": "OK"}),
                )
            };
            let mut cases: serde_json::Map<_, _> = (1..CASES).map(case).collect();
            cases.insert(
                "2.1".to_owned(),
                serde_json::json!({"behavior": odd, "behaviorClose": "OK"}),
            );
            cases.into()
        };
        serde_json::from_value(serde_json::json!({"direct": cases("OK"), "proxied": cases(through)})).unwrap()
    }

    #[test]
    fn a_case_that_ends_otherwise_through_the_proxy_fails() {
        let counts = |through| {
            compare(&reports(through))
                .map(|counts| (counts.passed, counts.failed))
                .unwrap()
        };
        assert_eq!(counts("OK"), (CASES, 0));
        assert_eq!(counts("FAILED"), (CASES - 1, 1));
        assert!(compare(&Reports::new()).is_err());
    }
}
