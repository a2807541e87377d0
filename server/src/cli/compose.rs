//! `stardeck compose config | check | edit`: compose files without a server.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use compose::{Diagnostic, Edit, FileError, FileKind, Files, LoadOptions, Loaded, Severity};

/// Nothing was found fault with.
const FINE: u8 = 0;
/// Something was refused; standard error says why.
const REFUSED: u8 = 1;
/// The command line itself is wrong.
const USAGE: u8 = 2;

/// What to do with compose files.
#[derive(Debug, Args)]
pub(super) struct ComposeArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print what the files mean, as docker compose does.
    Config {
        #[command(flatten)]
        source: Source,
        /// The form of what is printed.
        #[arg(long, value_enum, default_value_t = ModelFormat::Yaml)]
        format: ModelFormat,
    },
    /// Print what is wrong with the files, or worth knowing.
    Check {
        /// The compose files, the later over the earlier.
        #[arg(value_name = "FILE")]
        files: Vec<String>,
        #[command(flatten)]
        source: Source,
        /// The form of what is printed.
        #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
        format: ReportFormat,
    },
    /// Apply edits, given as a JSON list on standard input, and print the edited file.
    Edit {
        /// The compose file.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Print the compose file that a container, or a compose project of another tool, would be made from.
    Derive(super::derive::Args),
}

#[derive(Debug, Args)]
struct Source {
    /// A compose file; later ones override earlier ones. `-` is standard input.
    #[arg(short, long = "file", value_name = "FILE")]
    file: Vec<String>,
    /// The folder from which relative paths are seen.
    #[arg(long, value_name = "DIR")]
    project_directory: Option<String>,
    /// The name of the project.
    #[arg(short, long, value_name = "NAME")]
    project_name: Option<String>,
    /// A file with variables; later ones override earlier ones.
    #[arg(long, value_name = "FILE")]
    env_file: Vec<String>,
    /// A profile to enable; `*` is all.
    #[arg(long, value_name = "PROFILE")]
    profile: Vec<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ModelFormat {
    Json,
    Yaml,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ReportFormat {
    Json,
    Text,
}

/// Runs the command.
pub(super) fn run(args: ComposeArgs) -> anyhow::Result<ExitCode> {
    let result = match args.command {
        Command::Config { source, format } => config(source, format),
        Command::Check { files, source, format } => check(files, source, format),
        Command::Edit { file } => edit(&file),
        Command::Derive(args) => return super::derive::run(args),
    };
    Ok(match result {
        Ok(code) => ExitCode::from(code),
        // Whoever reads has gone away, and needs no message.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::from(FINE),
        Err(error) => {
            eprintln!("stardeck: {error}");
            ExitCode::from(REFUSED)
        }
    })
}

fn config(source: Source, format: ModelFormat) -> std::io::Result<u8> {
    let loaded = load(source, Vec::new())?;
    let shown = loaded
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error);
    report_text(shown, &mut std::io::stderr().lock())?;
    match loaded.project.as_ref().filter(|_| loaded.is_valid()) {
        Some(project) => {
            let text = match format {
                ModelFormat::Json => project.to_json(),
                ModelFormat::Yaml => project.to_yaml(),
            };
            std::io::stdout().lock().write_all(text.as_bytes())?;
            Ok(FINE)
        }
        None => Ok(REFUSED),
    }
}

fn check(files: Vec<String>, source: Source, format: ReportFormat) -> std::io::Result<u8> {
    let loaded = load(source, files)?;
    let mut out = std::io::stdout().lock();
    match format {
        ReportFormat::Json => {
            serde_json::to_writer_pretty(&mut out, &loaded.diagnostics)?;
            writeln!(out)?;
        }
        ReportFormat::Text => {
            report_text(loaded.diagnostics.iter(), &mut out)?;
            let count = |severity| loaded.diagnostics.iter().filter(|one| one.severity == severity).count();
            let (errors, warnings, notes) = (count(Severity::Error), count(Severity::Warning), count(Severity::Note));
            writeln!(out, "{errors} errors, {warnings} warnings, {notes} notes")?;
        }
    }
    Ok(if loaded.is_valid() { FINE } else { REFUSED })
}

fn edit(file: &std::path::Path) -> std::io::Result<u8> {
    let mut input = String::new();
    std::io::stdin()
        .lock()
        .take(compose::limits::FILE_BYTES as u64)
        .read_to_string(&mut input)?;
    let edits: Vec<Edit> = match serde_json::from_str(&input) {
        Ok(edits) => edits,
        Err(error) => {
            eprintln!("stardeck: standard input is not a JSON list of edits: {error}");
            return Ok(USAGE);
        }
    };
    let text = std::fs::read_to_string(file)
        .map_err(|error| std::io::Error::new(error.kind(), format!("{}: {error}", file.display())))?;
    match compose::edit::apply(&text, &edits) {
        Ok(edited) => {
            std::io::stdout().lock().write_all(edited.as_bytes())?;
            Ok(FINE)
        }
        Err(error) => {
            eprintln!("stardeck: {}: {error}", file.display());
            Ok(REFUSED)
        }
    }
}

fn load(source: Source, mut files: Vec<String>) -> std::io::Result<Loaded> {
    let directory = std::env::current_dir()?;
    let directory = directory.to_string_lossy().into_owned();
    let mut env: BTreeMap<String, String> = std::env::vars_os()
        .map(|(name, value)| {
            (
                name.to_string_lossy().into_owned(),
                value.to_string_lossy().into_owned(),
            )
        })
        .collect();
    env.entry("PWD".to_owned()).or_insert_with(|| directory.clone());
    files.splice(0..0, source.file);
    let options = LoadOptions {
        files,
        home: env.get("HOME").cloned(),
        current_directory: directory,
        project_directory: source.project_directory,
        project_name: source.project_name,
        env,
        env_files: source.env_file,
        profiles: source.profile,
    };
    Ok(compose::load(&options, &Disk))
}

/// The files of this machine, as the user may read them.
struct Disk;

impl Files for Disk {
    fn read(&self, path: &str, limit: usize) -> Result<Vec<u8>, FileError> {
        let failed = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => FileError::NotFound,
            std::io::ErrorKind::IsADirectory => FileError::Folder,
            std::io::ErrorKind::PermissionDenied => FileError::Denied("it may not be read by this user".to_owned()),
            _ => FileError::Failed(error.to_string()),
        };
        let most = limit as u64 + 1;
        let mut bytes = Vec::new();
        let read = if path == "-" {
            std::io::stdin().lock().take(most).read_to_end(&mut bytes)
        } else {
            std::fs::File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes))
        };
        read.map_err(failed)?;
        if bytes.len() > limit {
            Err(FileError::TooLarge { limit })
        } else {
            Ok(bytes)
        }
    }

    fn kind(&self, path: &str) -> Option<FileKind> {
        let metadata = std::fs::metadata(path).ok()?;
        Some(if metadata.is_dir() {
            FileKind::Folder
        } else {
            FileKind::File
        })
    }

    fn real_path(&self, path: &str) -> String {
        std::fs::canonicalize(path).map_or_else(|_| path.to_owned(), |real| real.to_string_lossy().into_owned())
    }
}

/// Prints diagnostics, each with its line underlined.
fn report_text<'d>(
    diagnostics: impl Iterator<Item = &'d Diagnostic>,
    out: &mut (impl Write + MaybeTerminal),
) -> std::io::Result<()> {
    let colors = out.is_a_terminal();
    let mut texts: BTreeMap<&str, String> = BTreeMap::new();
    for diagnostic in diagnostics {
        let (name, color) = match diagnostic.severity {
            Severity::Error => ("error", "31"),
            Severity::Warning => ("warning", "33"),
            Severity::Note => ("note", "36"),
        };
        let paint = |text: &str, color: &str| {
            if colors {
                format!("\x1b[1;{color}m{text}\x1b[0m")
            } else {
                text.to_owned()
            }
        };
        writeln!(
            out,
            "{}[{}]: {}",
            paint(name, color),
            diagnostic.code,
            diagnostic.message
        )?;
        if let Some(span) = diagnostic.span {
            let (line, column) = (span.start.line, span.start.column);
            writeln!(out, " --> {}:{line}:{column}", diagnostic.file)?;
            let text = texts.entry(&diagnostic.file).or_insert_with(|| {
                let bytes = Disk
                    .read(&diagnostic.file, compose::limits::FILE_BYTES)
                    .unwrap_or_default();
                String::from_utf8_lossy(&bytes).into_owned()
            });
            if let Some(source) = text.lines().nth(line as usize - 1) {
                let margin = line.to_string().len();
                let before: String = source
                    .chars()
                    .take(column as usize - 1)
                    .map(|c| if c == '\t' { '\t' } else { ' ' })
                    .collect();
                let to = if span.end.line == line {
                    span.end.column
                } else {
                    source.chars().count() as u32 + 1
                };
                let marks = "^".repeat(to.saturating_sub(column).clamp(1, 100) as usize);
                writeln!(out, "{:margin$} |", "")?;
                writeln!(out, "{line} | {source}")?;
                writeln!(out, "{:margin$} | {before}{}", "", paint(&marks, color))?;
            }
        }
        if let Some(hint) = &diagnostic.hint {
            writeln!(out, " = help: {hint}")?;
        }
        if let Some(fix) = &diagnostic.fix {
            writeln!(out, " = fix: {}", fix.title)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// What may be a terminal.
trait MaybeTerminal {
    fn is_a_terminal(&self) -> bool;
}

impl MaybeTerminal for std::io::StdoutLock<'_> {
    fn is_a_terminal(&self) -> bool {
        self.is_terminal()
    }
}

impl MaybeTerminal for std::io::StderrLock<'_> {
    fn is_a_terminal(&self) -> bool {
        self.is_terminal()
    }
}
