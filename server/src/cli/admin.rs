//! `stardeck admin`: looks after a data directory, for whoever has the machine's own command line.

use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use api::name::UserName;
use api::secret::Secret;
use api::user::{CreateUser, Role};
use clap::{Subcommand, ValueEnum};
use engine::{Engine, Lock, store, users};

use crate::config::{Config, Flags, Places};

#[derive(clap::Args)]
pub(super) struct Args {
    /// The data directory [default: $XDG_DATA_HOME/stardeck]
    #[arg(long, value_name = "DIR", env = "STARDECK_DATA_DIR", global = true)]
    data_dir: Option<PathBuf>,
    /// The key of what is encrypted [default: $XDG_CONFIG_HOME/stardeck/key]
    #[arg(long, value_name = "FILE", env = "STARDECK_KEY_FILE", global = true)]
    key_file: Option<PathBuf>,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Make an account; its password is read from standard input. The server must be stopped
    CreateUser {
        /// What the person logs in with
        name: String,
        /// What the person may do
        #[arg(long, value_enum, default_value_t = RoleWord::Member)]
        role: RoleWord,
    },
    /// Give an account a new password, read from standard input; ends its sessions. The server must be stopped
    ResetPassword {
        /// The account
        name: String,
        /// Take its second factor away too, for who has lost it
        #[arg(long)]
        without_factor: bool,
    },
    /// Encrypt everything anew under a new key, and forget the old one. The server must be stopped
    RotateKey,
    /// Print a new one-time token for the first administrator; the one before is void
    SetupToken,
    /// Write a copy of the database, also while the server runs
    Backup {
        /// The new file
        file: PathBuf,
    },
    /// Put a copy of the database in place of the one there is, which is kept beside it. The server must be stopped
    Restore {
        /// The copy
        file: PathBuf,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum RoleWord {
    Viewer,
    Member,
    Administrator,
}

pub(super) fn run(args: Args) -> Result<ExitCode> {
    let flags = Flags {
        data_dir: args.data_dir,
        key_file: args.key_file,
        ..Flags::default()
    };
    let config = Config::build(flags, &Places::from_environment())?;
    match args.what {
        What::CreateUser { name, role } => create_user(&config, &name, role),
        What::ResetPassword { name, without_factor } => reset_password(&config, &name, without_factor),
        What::RotateKey => rotate_key(&config),
        What::SetupToken => setup_token(&config.data_dir),
        What::Backup { file } => backup(&config.data_dir, &file),
        What::Restore { file } => restore(&config.data_dir, &file),
    }?;
    Ok(ExitCode::SUCCESS)
}

fn create_user(config: &Config, name: &str, role: RoleWord) -> Result<()> {
    let name = UserName::parse(name)?;
    let role = match role {
        RoleWord::Viewer => Role::Viewer,
        RoleWord::Member => Role::Member,
        RoleWord::Administrator => Role::Administrator,
    };
    let password = read_password()?;
    super::small_runtime()?.block_on(async {
        let engine = open(config).await?;
        let user = engine
            .create_user_from_command_line(CreateUser { name, password, role })
            .await?;
        println!("made the account {}", user.name);
        Ok(())
    })
}

fn reset_password(config: &Config, name: &str, without_factor: bool) -> Result<()> {
    let name = UserName::parse(name)?;
    let password = read_password()?;
    super::small_runtime()?.block_on(async {
        let engine = open(config).await?;
        engine
            .reset_password_from_command_line(name.clone(), password, without_factor)
            .await?;
        println!("{name} has a new password; its sessions have ended");
        Ok(())
    })
}

fn rotate_key(config: &Config) -> Result<()> {
    super::small_runtime()?.block_on(async {
        let resealed = open(config).await?.rotate_key_from_command_line().await?;
        println!(
            "the key {} is new, and {resealed} secrets are encrypted under it; backups of the database from before cannot \
             be read with it",
            config.key.file.display()
        );
        Ok(())
    })
}

fn setup_token(data_dir: &Path) -> Result<()> {
    if !data_dir.is_dir() {
        bail!(
            "there is no data directory {}: start the server once",
            data_dir.display()
        );
    }
    let token = users::write_setup_token(data_dir)?;
    println!("{}", token.expose_secret());
    eprintln!("good for 30 minutes, and only while there is no administrator");
    Ok(())
}

fn backup(data_dir: &Path, file: &Path) -> Result<()> {
    if file.exists() {
        bail!("{} is there already: a backup is a new file", file.display());
    }
    store::backup(data_dir, file)?;
    println!("wrote {}", file.display());
    Ok(())
}

fn restore(data_dir: &Path, file: &Path) -> Result<()> {
    std::fs::create_dir_all(data_dir).with_context(|| format!("making {}", data_dir.display()))?;
    let _lock = Lock::take(data_dir)?;
    let kept = store::restore(data_dir, file)?;
    println!("{} is in place", file.display());
    if let Some(kept) = kept {
        println!("what was there before is kept as {}", kept.display());
    }
    Ok(())
}

async fn open(config: &Config) -> Result<Engine> {
    Ok(Engine::open(config.engine()).await?)
}

/// One line of standard input. It is not an argument: arguments can be seen by everybody on the machine.
fn read_password() -> Result<Secret> {
    let stdin = std::io::stdin();
    let hidden = stdin.is_terminal().then(|| Hidden::begin(&stdin)).transpose()?;
    let mut line = String::new();
    let read = stdin.lock().read_line(&mut line);
    if hidden.is_some() {
        eprintln!();
    }
    drop(hidden);
    read.context("reading the password")?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        bail!("no password came on standard input");
    }
    Ok(Secret::from(password.to_owned()))
}

/// A terminal that does not show what is typed, until this is dropped.
struct Hidden {
    shown: rustix::termios::Termios,
}

impl Hidden {
    fn begin(stdin: &std::io::Stdin) -> Result<Self> {
        eprint!("Password: ");
        std::io::stderr().flush()?;
        let shown = rustix::termios::tcgetattr(stdin)?;
        let mut hidden = shown.clone();
        hidden.local_modes.remove(rustix::termios::LocalModes::ECHO);
        rustix::termios::tcsetattr(stdin, rustix::termios::OptionalActions::Now, &hidden)?;
        Ok(Self { shown })
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        let stdin = std::io::stdin();
        // There is nothing better to do when the terminal is gone.
        let _gone = rustix::termios::tcsetattr(stdin, rustix::termios::OptionalActions::Now, &self.shown);
    }
}
