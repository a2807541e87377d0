//! Who runs: the app itself, nginx, haproxy and ours, each on a port of its own, and what they cost.

use super::load::Load;
use crate::started::Started;
use crate::{shell, tree};
use anyhow::{Context, Result, ensure};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// One way to the app.
pub(super) struct Runner {
    pub(super) name: &'static str,
    pub(super) port: u16,
    /// Its process; those that it has started count with it.
    process: u32,
}

/// All of them. They end with this value.
pub(super) struct Field {
    /// The app itself is the first.
    pub(super) runners: Vec<Runner>,
    children: Vec<Child>,
    _ours: [Started; 2],
}

impl Drop for Field {
    fn drop(&mut self) {
        for child in &mut self.children {
            let id = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
            // One that has ended by itself is found so by the wait.
            let _ = id.map(|id| rustix::process::kill_process(id, rustix::process::Signal::TERM));
            let _ = child.wait();
        }
    }
}

impl Field {
    /// Starts everybody in front of one app.
    pub(super) fn start(load: &Load, folder: &Path) -> Result<Field> {
        let app = load.listen(&["app"])?;
        let app_port = app.port()?;
        let ours = load.listen(&["proxy", &app_port.to_string()])?;
        let mut runners = vec![Runner {
            name: "direct",
            port: app_port,
            process: app.process(),
        }];
        let mut children = Vec::new();
        for (name, file, text) in [
            ("nginx", "nginx.conf", nginx as fn(u16, u16, &Path) -> String),
            ("haproxy", "haproxy.cfg", haproxy),
        ] {
            let port = free_port()?;
            let file = folder.join(file);
            tree::write(&file, text(port, app_port, folder))?;
            let mut command = Command::new(shell::which(name).context("it was here")?);
            match name {
                "nginx" => command.arg("-c").arg(&file),
                _ => command.arg("-db").arg("-f").arg(&file),
            };
            let mut child = command
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()?;
            let process = child.id();
            let waited = shell::wait(name, Duration::from_secs(10), || {
                TcpStream::connect(("127.0.0.1", port)).is_ok() || child.try_wait().is_ok_and(|ended| ended.is_some())
            });
            children.push(child);
            waited.and_then(|()| {
                ensure!(
                    TcpStream::connect(("127.0.0.1", port)).is_ok(),
                    "{name} did not start with {}",
                    file.display()
                );
                Ok(())
            })?;
            runners.push(Runner { name, port, process });
        }
        runners.push(Runner {
            name: "ours",
            port: ours.port()?,
            process: ours.process(),
        });
        Ok(Field {
            runners,
            children,
            _ours: [app, ours],
        })
    }
}

impl Runner {
    /// The seconds of processor time that it has used.
    pub(super) fn processor_time(&self) -> Result<f64> {
        let mut ticks = 0.0;
        for process in self.processes()? {
            let stat = tree::read(Path::new(&format!("/proc/{process}/stat")))?;
            // The name, in brackets, may hold anything; user and system time are the 12th and 13th words after it.
            let words = stat.rsplit_once(')').context("a name in brackets")?.1;
            for word in words.split_whitespace().skip(11).take(2) {
                ticks += word.parse::<f64>()?;
            }
        }
        Ok(ticks / rustix::param::clock_ticks_per_second() as f64)
    }

    /// The bytes of memory that it holds.
    pub(super) fn memory(&self) -> Result<f64> {
        let mut pages = 0.0;
        for process in self.processes()? {
            let words = tree::read(Path::new(&format!("/proc/{process}/statm")))?;
            pages += words
                .split_whitespace()
                .nth(1)
                .context("resident pages")?
                .parse::<f64>()?;
        }
        Ok(pages * rustix::param::page_size() as f64)
    }

    fn processes(&self) -> Result<Vec<String>> {
        let own = self.process.to_string();
        let children = tree::read(Path::new(&format!("/proc/{own}/task/{own}/children")))?;
        Ok(children
            .split_whitespace()
            .map(str::to_owned)
            .chain([own.clone()])
            .collect())
    }
}

/// How many sockets a proxy may have open here, which needs two descriptors for each, beside what it keeps for requests.
pub(super) fn most_sockets() -> usize {
    descriptors().saturating_sub(1500) / 2
}

fn descriptors() -> usize {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).maximum;
    let limit = limit.and_then(|limit| usize::try_from(limit).ok());
    limit.unwrap_or(usize::MAX).min(30_000)
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Kept-alive connections both ways, streams in both directions, WebSockets, and no log.
fn nginx(port: u16, app: u16, folder: &Path) -> String {
    let folder = folder.display();
    let descriptors = descriptors() - 100;
    format!(
        "daemon off;\nuser root;\nworker_processes auto;\npid {folder}/nginx.pid;\nerror_log {folder}/nginx.log error;\n\
         worker_rlimit_nofile {descriptors};\nevents {{ worker_connections {descriptors}; }}\nhttp {{\n  access_log off;\n  \
         client_body_temp_path {folder}/body;\n  proxy_temp_path {folder}/proxy;\n  fastcgi_temp_path {folder}/fastcgi;\n  \
         uwsgi_temp_path {folder}/uwsgi;\n  scgi_temp_path {folder}/scgi;\n  keepalive_requests 100000000;\n  \
         client_max_body_size 0;\n  map $http_upgrade $connection_upgrade {{ default upgrade; '' ''; }}\n  \
         upstream app {{ server 127.0.0.1:{app}; keepalive 512; keepalive_requests 100000000; }}\n  \
         server {{\n    listen 127.0.0.1:{port} backlog=4096;\n    location / {{\n      proxy_pass http://app;\n      \
         proxy_http_version 1.1;\n      proxy_set_header Host $http_host;\n      \
         proxy_set_header Upgrade $http_upgrade;\n      proxy_set_header Connection $connection_upgrade;\n      \
         proxy_request_buffering off;\n      proxy_max_temp_file_size 0;\n      proxy_read_timeout 600s;\n    }}\n  }}\n}}\n"
    )
}

fn haproxy(port: u16, app: u16, _: &Path) -> String {
    let connections = most_sockets() + 500;
    format!(
        "global\n  maxconn {connections}\ndefaults\n  mode http\n  timeout connect 5s\n  timeout client 600s\n  \
         timeout server 600s\n  timeout tunnel 600s\n  http-reuse always\nfrontend front\n  bind 127.0.0.1:{port}\n  \
         default_backend back\nbackend back\n  server app 127.0.0.1:{app}\n"
    )
}
