//! What an operator does beside the server, on its database.

use embedded_postgres::{Cluster, ClusterConfig};
use store::{Store, new_secret};

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{
    config::{Config, DatabaseConfig},
    error::ServerError,
    jobs,
    serve::{open_cluster, stop},
    supervisor::{DATABASE, blocking, set_up_words},
};

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Print a link that makes the first administrator.
    SetupLink,
    /// Give an account a new random password.
    ResetPassword {
        /// Its address.
        email: String,
    },
    /// Recompute the hash chain of every audit log.
    VerifyAudit,
    /// Do once what the server does now and then.
    RunJobs {
        /// As if it were this time (RFC 3339); now, if none is given.
        at: Option<String>,
    },
}

/// Does it and prints the answer. A private Postgres that does not run is started for it and stopped again.
///
/// # Errors
/// [`ServerError`], also for an audit log that was tampered with.
pub async fn run_command(config: Config, command: Command) -> Result<(), ServerError> {
    let mut cluster = None;
    let url = match (&config.database, running(&config.database).await?) {
        (DatabaseConfig::Url(url), _) => url.reveal().to_owned(),
        (DatabaseConfig::Embedded { .. }, Some(url)) => url,
        (DatabaseConfig::Embedded { .. }, None) => match open_cluster(&config.database).await? {
            Some(opened) => {
                let starting = opened.clone();
                blocking(move || {
                    starting.ensure_running()?;
                    starting.ensure_database(DATABASE)
                })
                .await?;
                cluster.insert(opened).url(DATABASE)
            }
            None => String::new(),
        },
    };
    let store = Store::connect(&url).map_err(ServerError::Database)?;
    let done = answer(&store, &config, command).await;
    store.close().await;
    if let Some(cluster) = cluster {
        stop(cluster).await;
    }
    done
}

/// The address of the private Postgres, when a server runs it at present.
async fn running(database: &DatabaseConfig) -> Result<Option<String>, ServerError> {
    let DatabaseConfig::Embedded { data_dir, .. } = database else { return Ok(None) };
    let config = ClusterConfig::new(data_dir.join("postgres"));
    blocking(move || Cluster::url_of_running(&config, DATABASE)).await
}

async fn answer(store: &Store, config: &Config, command: Command) -> Result<(), ServerError> {
    store.migrate().await.map_err(ServerError::Database)?;
    match command {
        Command::SetupLink => match store.setup_link().await.map_err(ServerError::Database)? {
            Some(token) => println!("{}", set_up_words(&config.public_url(config.addr), &token)),
            None => {
                println!("There is an account already. Its admins invite others under Settings, Members.")
            }
        },
        Command::ResetPassword { email } => {
            let password = new_secret().map_err(ServerError::Database)?;
            store.reset_password(&email, &password).await.map_err(ServerError::Database)?;
            println!("The new password of {email} is\n{password}\nIts sessions have ended.");
        }
        Command::RunJobs { at } => {
            let now = match at {
                None => OffsetDateTime::now_utc(),
                Some(text) => {
                    OffsetDateTime::parse(&text, &Rfc3339).map_err(|_| ServerError::Time { text })?
                }
            };
            jobs::round(store, now).await.map_err(ServerError::Database)?;
        }
        Command::VerifyAudit => {
            let mut broken = false;
            for (slug, answer) in store.verify_all_audits().await.map_err(ServerError::Database)? {
                match answer {
                    Ok(verified) => {
                        let head = verified.head_text();
                        println!("{slug}: {} entries hold; the last has the hash {head}", verified.entries);
                    }
                    Err(error) => {
                        broken = true;
                        println!("{slug}: BROKEN: {error}");
                    }
                }
            }
            if broken {
                return Err(ServerError::AuditBroken);
            }
        }
    }
    Ok(())
}
