//! The image that tests run: busybox with a web server, made on the spot without any registry.

use std::{process::Command, sync::OnceLock};

use bytes::Bytes;

use crate::user::program_path;

/// The name of the image that each machine has. Its first process is `/start`: it serves `/www` on `$PORT` (8080), prints
/// `tiny starting on PORT` and then each request, and ends at once when asked to.
pub const TINY: &str = "localhost/tiny:latest";

/// What an image made of [`files`] starts with.
pub(crate) const CHANGES: &[&str] = &[
    "CMD [\"/start\"]",
    "ENV PORT=8080",
    "ENV PATH=/bin",
    "EXPOSE 8080",
    "LABEL made-by=testkit",
];

const START: &str = r#"#!/bin/sh
trap 'kill $p; exit 0' TERM INT
echo "tiny starting on $PORT"
httpd -f -v -p "$PORT" -h /www & p=$!
wait $p
"#;

/// The files of the image as a tar.
pub(crate) fn files() -> Bytes {
    static FILES: OnceLock<Bytes> = OnceLock::new();
    FILES.get_or_init(pack).clone()
}

fn pack() -> Bytes {
    let busybox = program_path("busybox").expect("the user was found, so busybox was");
    let program = std::fs::read(&busybox).expect("busybox can be read");
    let applets = Command::new(&busybox)
        .arg("--list")
        .output()
        .expect("busybox runs")
        .stdout;
    let mut tar = tar::Builder::new(Vec::new());
    let mut add = |path: &str, kind: tar::EntryType, mode: u32, body: &[u8]| {
        let mut header = tar::Header::new_ustar();
        header.set_entry_type(kind);
        header.set_mode(mode);
        if kind == tar::EntryType::Symlink {
            header.set_link_name("busybox").expect("a short name");
            header.set_size(0);
            tar.append_data(&mut header, path, std::io::empty())
                .expect("memory can be written");
        } else {
            header.set_size(body.len() as u64);
            tar.append_data(&mut header, path, body).expect("memory can be written");
        }
    };
    for dir in ["bin", "etc", "root", "sbin", "usr", "usr/bin", "var", "www"] {
        add(dir, tar::EntryType::Directory, 0o755, b"");
    }
    add("tmp", tar::EntryType::Directory, 0o1777, b"");
    add("bin/busybox", tar::EntryType::Regular, 0o755, &program);
    for applet in String::from_utf8_lossy(&applets)
        .lines()
        .filter(|applet| *applet != "busybox")
    {
        add(&format!("bin/{applet}"), tar::EntryType::Symlink, 0o777, b"");
    }
    add("start", tar::EntryType::Regular, 0o755, START.as_bytes());
    add("www/index.html", tar::EntryType::Regular, 0o644, b"<h1>tiny ok</h1>\n");
    Bytes::from(tar.into_inner().expect("memory can be written"))
}
