//! The registry as it is built, with a database of its own.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use std::{env, fs};

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// A client's patience.
const PATIENCE: Duration = Duration::from_secs(60);

/// `node dist/main.js` with a database of its own. Dropped, it is killed, and its database with it.
pub struct Registry {
    pub url: String,
    port: u16,
    data: PathBuf,
    settings: Vec<(String, String)>,
    process: Option<Child>,
}

impl Registry {
    pub async fn start(settings: &[(&str, &str)]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port")
            .port();
        let data = env::temp_dir().join(format!("agent-registry-rust-{port}"));
        fs::create_dir(&data).expect("a data directory");
        // As root, PostgreSQL runs under another account.
        fs::set_permissions(&data, fs::Permissions::from_mode(0o755)).expect("chmod");
        let settings = settings.iter().map(|&(n, v)| (n.to_owned(), v.to_owned()));
        let mut registry = Self {
            url: format!("http://127.0.0.1:{port}"),
            port,
            data,
            settings: settings.collect(),
            process: None,
        };
        registry.resume().await;
        registry
    }

    /// Starts it, with the data that it had, and waits until it is ready.
    pub async fn resume(&mut self) {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut process = Command::new("node")
            .arg("dist/main.js")
            .current_dir(root)
            .env("SERVER_PORT", self.port.to_string())
            .env("SERVER_HOST", "127.0.0.1")
            .env("DATA_DIR", &self.data)
            .env_remove("DATABASE_URL")
            .env_remove("REDIS_URL")
            .envs(self.settings.iter().cloned())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node runs (dist/main.js: npm run build)");
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let ready = async {
            while let Some(line) = lines.next_line().await.unwrap() {
                if line.contains("Agent Registry is ready") {
                    return;
                }
            }
            panic!("the registry ended before it was ready");
        };
        timeout(PATIENCE, ready).await.expect("ready in time");
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        self.process = Some(process);
    }

    /// Forgets all agents, as one whose database was lost. It must have been stopped.
    pub fn lose_data(&self) {
        fs::remove_dir_all(self.data.join("postgres")).expect("there is a database");
    }

    /// Ends it as an operator would.
    pub async fn stop(&mut self) {
        let Some(mut process) = self.process.take() else {
            return;
        };
        signal("-TERM", &process);
        timeout(PATIENCE, process.wait())
            .await
            .expect("ends in time")
            .unwrap();
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        if let Some(process) = self.process.take() {
            signal("-KILL", &process);
        }
        if let Ok(owner) = fs::read_to_string(self.data.join("postgres/data/postmaster.pid")) {
            let pid = owner.lines().next().unwrap_or_default();
            let _ = std::process::Command::new("kill")
                .args(["-QUIT", pid])
                .status();
        }
        let _ = fs::remove_dir_all(&self.data);
    }
}

fn signal(signal: &str, process: &Child) {
    if let Some(pid) = process.id() {
        let _ = std::process::Command::new("kill")
            .args([signal, &pid.to_string()])
            .status();
    }
}
