//! The configuration: defaults < file < environment < flags, read once before a port is bound.

use std::net::SocketAddr;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use engine::KeySource;
use podman::Podman;
use serde::Deserialize;

use crate::tls::{Files, acme};

/// What `serve` takes on the command line; each has a variable of the environment too.
#[derive(clap::Args, Clone, Debug, Default)]
pub(crate) struct Flags {
    /// Where to listen; may be given several times [default: 127.0.0.1:7070]
    #[arg(long, value_name = "ADDR", env = "STARDECK_LISTEN", value_delimiter = ',')]
    pub listen: Vec<SocketAddr>,
    /// Where everything is kept [default: $XDG_DATA_HOME/stardeck]
    #[arg(long, value_name = "DIR", env = "STARDECK_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// The key of what is encrypted; made if absent [default: $XDG_CONFIG_HOME/stardeck/key]
    #[arg(long, value_name = "FILE", env = "STARDECK_KEY_FILE")]
    pub key_file: Option<PathBuf>,
    /// Podman's API socket [default: $XDG_RUNTIME_DIR/podman/podman.sock]
    #[arg(long, value_name = "PATH", env = "STARDECK_PODMAN_SOCKET")]
    pub podman_socket: Option<PathBuf>,
    /// Another name that the desktop is reached by; may be given several times
    #[arg(long = "host", value_name = "NAME", env = "STARDECK_HOSTS", value_delimiter = ',')]
    pub hosts: Vec<String>,
    /// The domain that the desktop is reached by; apps then have names below it, which must lead here too
    #[arg(long, value_name = "NAME", env = "STARDECK_DOMAIN")]
    pub domain: Option<String>,
    /// Where to speak TLS [default: beyond this machine]
    #[arg(long, value_name = "WHERE", env = "STARDECK_TLS", value_enum)]
    pub tls: Option<TlsWhere>,
    /// A certificate chain of your own, as PEM; read again when it changes [default: one by this machine's own authority]
    #[arg(long, value_name = "FILE", env = "STARDECK_TLS_CERTIFICATE", requires = "tls_key")]
    pub tls_certificate: Option<PathBuf>,
    /// The key of that certificate, as PEM
    #[arg(long, value_name = "FILE", env = "STARDECK_TLS_KEY", requires = "tls_certificate")]
    pub tls_key: Option<PathBuf>,
    /// Ask the authority with this ACME directory for certificates, and agree to its terms
    #[arg(long, value_name = "URL", env = "STARDECK_ACME", conflicts_with = "tls_certificate")]
    pub acme: Option<String>,
    /// Whom that authority may write to
    #[arg(long, value_name = "MAIL", env = "STARDECK_ACME_CONTACT", requires = "acme")]
    pub acme_contact: Option<String>,
    /// Show it that names are ours by records that this program puts into DNS: PROGRAM set|clear NAME VALUE
    #[arg(long, value_name = "PROGRAM", env = "STARDECK_ACME_DNS", requires = "acme")]
    pub acme_dns: Option<PathBuf>,
    /// Show it so over HTTP at this address, which port 80 of the names leads to
    #[arg(long, value_name = "ADDR", env = "STARDECK_ACME_HTTP", requires = "acme")]
    pub acme_http: Option<SocketAddr>,
    /// What vouches for that authority itself, as PEM [default: what the system trusts]
    #[arg(long, value_name = "FILE", env = "STARDECK_ACME_ROOTS", requires = "acme")]
    pub acme_roots: Option<PathBuf>,
    /// How Git repositories may be reached; may be given several times [default: https]
    #[arg(
        long = "git-protocol",
        value_name = "NAME",
        env = "STARDECK_GIT_PROTOCOLS",
        value_delimiter = ','
    )]
    pub git_protocols: Vec<String>,
    /// The folder with the desktop's files [default: inside or beside the program]
    #[arg(long, value_name = "DIR", env = "STARDECK_WEB")]
    pub web: Option<PathBuf>,
    /// Ask registries every so many hours what is newer than what runs; 0 for never [default: 24]
    #[arg(long, value_name = "HOURS", env = "STARDECK_CHECK_UPDATES")]
    pub check_updates: Option<u16>,
    /// So many requests a second one person may ask one app for, and ten times as many at once; 0 for no limit [default: 200]
    #[arg(long, value_name = "NUMBER", env = "STARDECK_APP_REQUESTS")]
    pub app_requests: Option<u32>,
    /// How to log [default: human on a terminal, else journald or json]
    #[arg(long, value_name = "FORMAT", env = "STARDECK_LOG_FORMAT", value_enum)]
    pub log_format: Option<LogFormat>,
    /// What to log, as in `info` or `engine=debug` [default: info]
    #[arg(long, value_name = "FILTER", env = "STARDECK_LOG")]
    pub log: Option<String>,
    /// The configuration file [default: $XDG_CONFIG_HOME/stardeck/stardeck.toml, if it is there]
    #[arg(long, value_name = "FILE", env = "STARDECK_CONFIG")]
    pub config: Option<PathBuf>,
    /// Write the address here once it is listening
    #[arg(long, value_name = "FILE")]
    pub ready_file: Option<PathBuf>,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// For eyes.
    Human,
    /// One JSON object a line.
    Json,
    /// To the journal, with fields.
    Journald,
}

/// Which listeners speak TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TlsWhere {
    /// None: something in front of Stardeck does, or nobody else is on the network.
    Off,
    /// Those that are reached from beyond this machine.
    #[default]
    Beyond,
    /// All.
    Everywhere,
}

impl TlsWhere {
    /// Whether a listener at that address does.
    pub(crate) fn holds(self, address: SocketAddr) -> bool {
        match self {
            Self::Off => false,
            Self::Beyond => !address.ip().is_loopback(),
            Self::Everywhere => true,
        }
    }
}

/// What the file may say; the names are those of the flags.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct FileConfig {
    listen: Vec<SocketAddr>,
    data_dir: Option<PathBuf>,
    key_file: Option<PathBuf>,
    podman_socket: Option<PathBuf>,
    hosts: Vec<String>,
    domain: Option<String>,
    tls: Option<TlsWhere>,
    tls_certificate: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    acme: Option<String>,
    acme_contact: Option<String>,
    acme_dns: Option<PathBuf>,
    acme_http: Option<SocketAddr>,
    acme_roots: Option<PathBuf>,
    git_protocols: Vec<String>,
    web: Option<PathBuf>,
    check_updates: Option<u16>,
    app_requests: Option<u32>,
    log_format: Option<LogFormat>,
    log: Option<String>,
}

/// The configuration.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// Where to listen.
    pub listen: Vec<SocketAddr>,
    /// Where everything is kept.
    pub data_dir: PathBuf,
    /// Where the key of what is encrypted lies.
    pub key: KeySource,
    /// Podman's API socket.
    pub podman_socket: PathBuf,
    /// Other names that the desktop is reached by, in lower case.
    pub hosts: Vec<String>,
    /// The domain below which apps have names, in lower case.
    pub domain: Option<String>,
    /// Where to speak TLS.
    pub tls: TlsWhere,
    /// Certificate files of the owner's.
    pub certificate: Option<Files>,
    /// Which authority to ask for certificates.
    pub acme: Option<acme::Settings>,
    /// How Git repositories may be reached; as the engine has it where it is empty.
    pub git_protocols: Vec<String>,
    /// The folder with the desktop's files.
    pub web: Option<PathBuf>,
    /// How often to ask registries for updates; never when absent.
    pub check_updates: Option<Duration>,
    /// How many requests a second one person may ask one app for; any number when absent.
    pub app_requests: Option<NonZero<u32>>,
    /// How to log; by where the output goes when absent.
    pub log_format: Option<LogFormat>,
    /// What to log.
    pub log: String,
    /// Where to write the address.
    pub ready_file: Option<PathBuf>,
    /// The user's home.
    home: Option<PathBuf>,
    /// What the system keeps for the time that the user is there, such as sockets.
    runtime: PathBuf,
}

/// The directories that the system names, as the defaults want them.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    home: Option<PathBuf>,
    data_home: Option<PathBuf>,
    config_home: Option<PathBuf>,
    /// What the service manager hands over.
    credentials: Option<PathBuf>,
    runtime: PathBuf,
}

impl Places {
    /// Reads them from the environment.
    pub(crate) fn from_environment() -> Self {
        let path = |name| {
            std::env::var_os(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
        };
        let home = path("HOME");
        let below_home = |below: &str| home.as_ref().map(|home| home.join(below));
        let user = rustix::process::getuid();
        let runtime = match user.is_root() {
            true => PathBuf::from("/run"),
            false => path("XDG_RUNTIME_DIR").unwrap_or_else(|| format!("/run/user/{}", user.as_raw()).into()),
        };
        Self {
            data_home: path("XDG_DATA_HOME").or_else(|| below_home(".local/share")),
            config_home: path("XDG_CONFIG_HOME").or_else(|| below_home(".config")),
            credentials: path("CREDENTIALS_DIRECTORY"),
            runtime,
            home,
        }
    }
}

impl Config {
    /// Puts the configuration together.
    pub(crate) fn build(flags: Flags, places: &Places) -> Result<Self> {
        let file = read_file(flags.config.as_deref(), places)?;
        let first_of = |flags: Vec<SocketAddr>, file: Vec<SocketAddr>| if flags.is_empty() { file } else { flags };
        let mut listen = first_of(flags.listen, file.listen);
        if listen.is_empty() {
            listen.push(SocketAddr::from(([127, 0, 0, 1], 7070)));
        }
        let default_data = || places.data_home.as_ref().map(|home| home.join("stardeck"));
        let Some(data_dir) = flags.data_dir.or(file.data_dir).or_else(default_data) else {
            bail!("there is no home directory to keep data in: say where with --data-dir");
        };
        let data_dir = absolute(&data_dir)?;
        let default_key = || places.config_home.as_ref().map(|home| home.join("stardeck/key"));
        let Some(key_file) = flags.key_file.or(file.key_file).or_else(default_key) else {
            bail!("there is no home directory to keep the key in: say where with --key-file");
        };
        let key = KeySource {
            credentials: places.credentials.clone(),
            file: absolute(&key_file)?,
        };
        if key.file.starts_with(&data_dir) {
            bail!(
                "the key {} would lie among the data that it is for, and a copy of that would hold both: choose another place with --key-file",
                key.file.display()
            );
        }
        let hosts = if flags.hosts.is_empty() {
            file.hosts
        } else {
            flags.hosts
        };
        let domain = flags.domain.or(file.domain).map(|name| name.to_ascii_lowercase());
        for host in hosts.iter().chain(&domain) {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
            if host.is_empty() || !host.bytes().all(allowed) {
                bail!("{host:?} is not a host name: give the name alone, without scheme or port");
            }
        }
        if let Some(domain) = domain.as_ref().filter(|domain| !domain.contains('.')) {
            bail!(
                "the domain {domain:?} has one label only: browsers keep no cookies below it, so give one like deck.example.net"
            );
        }
        let chain = flags.tls_certificate.or(file.tls_certificate);
        let certificate = match (chain, flags.tls_key.or(file.tls_key)) {
            (Some(chain), Some(key)) => Some(Files { chain, key }),
            (None, None) => None,
            _ => bail!("a certificate goes with its key: give both tls-certificate and tls-key"),
        };
        let hosts: Vec<String> = hosts.into_iter().map(|host| host.to_ascii_lowercase()).collect();
        let acme = match flags.acme.or(file.acme) {
            None => None,
            Some(_) if certificate.is_some() => bail!("give either certificate files or an ACME directory, not both"),
            Some(directory) => {
                let way = way(flags.acme_dns.or(file.acme_dns), flags.acme_http.or(file.acme_http))?;
                Some(acme::Settings {
                    directory,
                    contact: flags.acme_contact.or(file.acme_contact),
                    roots: flags.acme_roots.or(file.acme_roots),
                    names: certified_names(&way, domain.as_deref(), &hosts)?,
                    way,
                })
            }
        };
        Ok(Self {
            listen,
            data_dir,
            key,
            podman_socket: flags
                .podman_socket
                .or(file.podman_socket)
                .unwrap_or_else(|| places.runtime.join("podman/podman.sock")),
            hosts,
            domain,
            tls: flags.tls.or(file.tls).unwrap_or_default(),
            certificate,
            acme,
            git_protocols: if flags.git_protocols.is_empty() {
                file.git_protocols
            } else {
                flags.git_protocols
            },
            web: flags.web.or(file.web),
            check_updates: match flags.check_updates.or(file.check_updates).unwrap_or(24) {
                0 => None,
                hours => Some(Duration::from_secs(u64::from(hours) * 3600)),
            },
            app_requests: NonZero::new(flags.app_requests.or(file.app_requests).unwrap_or(200)),
            log_format: flags.log_format.or(file.log_format),
            log: flags.log.or(file.log).unwrap_or_else(|| "info".into()),
            ready_file: flags.ready_file,
            home: places.home.clone(),
            runtime: places.runtime.clone(),
        })
    }

    /// What the engine is to be made of.
    pub(crate) fn engine(&self) -> engine::Config {
        let tls_key = self.certificate.as_ref().map(|files| &files.key);
        let closed = [&self.key.file, &self.podman_socket, &self.runtime];
        engine::Config {
            data_dir: self.data_dir.clone(),
            key: self.key.clone(),
            podman: Podman::new(&self.podman_socket),
            domain: self.domain.clone(),
            home: self.home.clone(),
            closed: closed.into_iter().chain(tls_key).cloned().collect(),
            check_updates: self.check_updates,
            app_requests: self.app_requests,
            reach: self.reach(),
        }
    }
}

impl Config {
    /// How the engine reaches the outside.
    pub(crate) fn reach(&self) -> engine::stacks::Reach {
        let mut reach = engine::stacks::Reach::default();
        if !self.git_protocols.is_empty() {
            reach.git_protocols.clone_from(&self.git_protocols);
        }
        reach
    }
}

/// How names are shown to be ours.
fn way(dns: Option<PathBuf>, http: Option<SocketAddr>) -> Result<acme::Way> {
    match (dns, http) {
        (Some(program), None) => Ok(acme::Way::Dns(program)),
        (None, Some(address)) => Ok(acme::Way::Http(address)),
        _ => bail!("an ACME authority wants to see that names are yours: give either acme-dns or acme-http"),
    }
}

/// The names that an authority is asked to certify.
fn certified_names(way: &acme::Way, domain: Option<&str>, hosts: &[String]) -> Result<Vec<String>> {
    match (way, domain) {
        (acme::Way::Dns(_), Some(domain)) => Ok(vec![domain.to_owned(), format!("*.{domain}")]),
        (acme::Way::Http(_), Some(_)) => bail!(
            "apps have names below the domain, and a certificate for all of them is given by DNS alone: give acme-dns, or name this machine by hosts instead of domain, and apps are at ports of their own"
        ),
        (_, None) if hosts.is_empty() => {
            bail!("there is no name to ask a certificate for: give the domain, or hosts")
        }
        (_, None) => Ok(hosts.to_vec()),
    }
}

fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).with_context(|| format!("resolving {}", path.display()))
}

fn read_file(named: Option<&Path>, places: &Places) -> Result<FileConfig> {
    let usual = places
        .config_home
        .as_ref()
        .map(|home| home.join("stardeck/stardeck.toml"));
    let Some(path) = named.map(Path::to_owned).or(usual) else {
        return Ok(FileConfig::default());
    };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => {
            return Ok(FileConfig::default());
        }
        Err(error) => return Err(error).with_context(|| format!("reading the configuration {}", path.display())),
    };
    toml::from_str(&text).with_context(|| format!("in the configuration {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(directory: &Path) -> Places {
        let home = directory.to_owned();
        Places {
            data_home: Some(home.join("data")),
            config_home: Some(home.join("config")),
            credentials: None,
            runtime: home.join("run"),
            home: Some(home),
        }
    }

    #[test]
    fn flags_stand_above_the_file_and_the_file_above_the_defaults() {
        let directory = tempfile::tempdir().unwrap();
        let places = places(directory.path());
        let file = directory.path().join("config/stardeck/stardeck.toml");
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(
            &file,
            "listen = [\"127.0.0.1:1\"]\nlog = \"debug\"\nhosts = [\"Deck.lan\"]\n",
        )
        .unwrap();

        let config = Config::build(Flags::default(), &places).unwrap();
        assert_eq!(config.listen, ["127.0.0.1:1".parse().unwrap()]);
        assert_eq!(
            (config.log.as_str(), config.hosts),
            ("debug", vec!["deck.lan".to_owned()])
        );
        assert_eq!(config.data_dir, directory.path().join("data/stardeck"));
        assert_eq!(config.key.file, directory.path().join("config/stardeck/key"));
        assert_eq!(config.podman_socket, directory.path().join("run/podman/podman.sock"));

        let flags = Flags {
            listen: vec!["127.0.0.1:2".parse().unwrap()],
            ..Flags::default()
        };
        assert_eq!(
            Config::build(flags, &places).unwrap().listen,
            ["127.0.0.1:2".parse().unwrap()]
        );
    }

    #[test]
    fn a_key_among_the_data_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let flags = Flags {
            key_file: Some(directory.path().join("data/stardeck/key")),
            ..Flags::default()
        };
        let refused = Config::build(flags, &places(directory.path())).unwrap_err().to_string();
        assert!(refused.contains("--key-file"), "{refused}");
    }

    #[test]
    fn a_word_that_nobody_knows_is_refused_with_its_place() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("stardeck.toml");
        std::fs::write(&path, "listne = []\n").unwrap();
        let flags = Flags {
            config: Some(path),
            ..Flags::default()
        };
        let refused = format!("{:#}", Config::build(flags, &places(directory.path())).unwrap_err());
        assert!(refused.contains("listne") && refused.contains("line 1"), "{refused}");
    }

    #[test]
    fn a_file_that_is_named_must_be_there() {
        let directory = tempfile::tempdir().unwrap();
        let flags = Flags {
            config: Some(directory.path().join("absent.toml")),
            ..Flags::default()
        };
        assert!(Config::build(flags, &places(directory.path())).is_err());
    }
}
