//! Running a test runner: its lines go to the person as they come, and its closing lines are read for the counts.

use super::Counts;
use crate::shell;
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// Runs `command`, shows what it says, and counts. A runner that fails without a failed test is an error.
pub(super) fn counted(command: &mut Command) -> Result<Counts> {
    let (reader, writer) = std::io::pipe()?;
    command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
    let mut child = command
        .spawn()
        .with_context(|| format!("starting {}", shell::line(command)))?;
    // The command keeps its ends of the pipe open; without them the end of the output can be seen.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut counts = Counts::default();
    for line in BufReader::new(reader).split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        println!("{line}");
        counts.read(&line);
    }
    let status = child.wait()?;
    if !status.success() && counts.failed == 0 {
        bail!("{} failed ({status})", shell::line(command));
    }
    Ok(counts)
}

impl Counts {
    /// Takes the counts from a closing line of nextest, libtest, wasm-bindgen-test or Node's runner, if it is one.
    fn read(&mut self, line: &str) {
        let words: Vec<_> = line
            .split([' ', ';', ',', '(', ')'])
            .filter(|word| !word.is_empty())
            .collect();
        let before = |label: &str| {
            let at = words.iter().position(|word| *word == label)?;
            words.get(at.checked_sub(1)?)?.parse::<u64>().ok()
        };
        if line.starts_with("test result: ") || line.trim_start().starts_with("Summary [") {
            self.passed += before("passed").unwrap_or(0);
            self.failed += before("failed").unwrap_or(0);
            // A test that hangs until nextest's deadline has failed, too.
            self.failed += before("timed").unwrap_or(0);
            self.skipped += before("skipped").or(before("ignored")).unwrap_or(0);
        } else if let ["ℹ" | "#", label, number] = words.as_slice() {
            let number = number.parse().unwrap_or(0);
            match *label {
                "pass" => self.passed += number,
                "fail" | "cancelled" => self.failed += number,
                "skipped" | "todo" => self.skipped += number,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Counts;

    fn counts(text: &str) -> (u64, u64, u64) {
        let mut counts = Counts::default();
        text.lines().for_each(|line| counts.read(line));
        (counts.passed, counts.failed, counts.skipped)
    }

    #[test]
    fn closing_lines_of_every_runner_are_understood() {
        let libtest = "test result: FAILED. 7 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.0s\n\
                       test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.0s";
        assert_eq!(counts(libtest), (10, 1, 2));
        let nextest = "     Summary [   9.123s] 40 tests run: 38 passed (1 slow), 2 failed, 3 skipped";
        assert_eq!(counts(nextest), (38, 2, 3));
        let node =
            "ℹ tests 6\nℹ suites 0\nℹ pass 4\nℹ fail 1\nℹ cancelled 1\nℹ skipped 0\nℹ todo 0\nℹ duration_ms 812.5";
        assert_eq!(counts(node), (4, 2, 0));
        assert_eq!(counts("a line that says 3 passed"), (0, 0, 0));
    }
}
