//! Configuration from environment variables, checked once at start. Every refusal is one sentence
//! that names the variable.

use std::{
    env,
    ffi::OsString,
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
};

use leptos::config::{Env, LeptosOptions};

pub use endpoint::{ApiKey, EndpointConfig, EndpointLimits};
pub use mail::{MailConfig, SmtpUrl};
pub use organisation::OrganisationConfig;

pub(crate) mod endpoint;
pub(crate) mod mail;
pub(crate) mod organisation;

/// Where the site listens unless told otherwise: this machine only.
const DEFAULT_ADDR: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 3000);

/// Our own messages, and of sqlx only what went wrong.
const DEFAULT_LOG: &str = "info,sqlx=warn";

/// A variable that cannot be used, as a sentence for the operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{variable} {problem}.")]
pub struct ConfigError {
    /// The environment variable.
    pub variable: &'static str,
    /// What is wrong and what would be right, as a clause.
    pub problem: String,
}

/// Everything the server can be told from outside.
#[derive(Debug, Clone)]
pub struct Config {
    /// Which database to use.
    pub database: DatabaseConfig,
    /// Where to listen. Port 0 lets the system choose.
    pub addr: SocketAddr,
    /// The site's address as visitors see it, without a closing slash; `None` derives it from
    /// the listening address.
    public_url: Option<Arc<str>>,
    /// Whether a proxy in front says who a visitor is.
    pub behind_proxy: bool,
    /// How e-mails are sent; `None` sends none.
    pub mail: Option<MailConfig>,
    /// The provider that people sign in with besides passwords.
    pub organisation: Option<OrganisationConfig>,
    /// The model file that the demo loads into browsers.
    pub model: Option<PathBuf>,
    /// The LLM endpoint that the demo races against.
    pub endpoint: Option<EndpointConfig>,
    /// Filter of the log, in the syntax of `tracing`'s env filter.
    pub log_filter: String,
    /// Shape of the log.
    pub log_format: LogFormat,
    /// What the page renderer needs to know.
    pub leptos: LeptosOptions,
}

/// Which database to use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseConfig {
    /// A server somebody else runs.
    Url(DatabaseUrl),
    /// A private cluster of our own.
    Embedded {
        /// The data folder; the cluster lives in its subfolder `postgres`.
        data_dir: PathBuf,
        /// Folder of the Postgres programs; `None` looks in the usual places.
        bin_dir: Option<PathBuf>,
    },
}

/// A connection URL. Printing it shows neither user, password nor options.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The URL with everything in it, for the driver only.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A password may itself hold `@` or `/`, so everything up to the last `@` is left out; options
        // may hold one too. Where it cannot be told which is which, nothing is shown.
        let rest = self.0.split_once("://").map_or("", |(_, rest)| rest);
        let host = match rest.rsplit_once('@') {
            Some((before, _)) if before.contains('?') => "(hidden)",
            Some((_, host)) => host,
            None => rest,
        };
        write!(f, "postgres://{}", host.split('?').next().unwrap_or_default())
    }
}

/// Shape of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Sentences for people.
    Text,
    /// One JSON object a line, for collectors.
    Json,
}

/// The facts about the machine that defaults depend on.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// Whether this process runs as root.
    pub is_root: bool,
    /// The folder the process was started in.
    pub current_dir: PathBuf,
    /// The folder of the program itself.
    pub program_dir: Option<PathBuf>,
}

impl Surroundings {
    /// Asks the operating system.
    pub fn detect() -> Self {
        // The owner of /proc/self is the effective user; elsewhere HOME decides the data folder.
        #[cfg(target_os = "linux")]
        let is_root =
            std::fs::metadata("/proc/self").is_ok_and(|meta| std::os::unix::fs::MetadataExt::uid(&meta) == 0);
        #[cfg(not(target_os = "linux"))]
        let is_root = env::var_os("USER").is_some_and(|user| user == "root");
        Self {
            is_root,
            current_dir: env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
            program_dir: env::current_exe().ok().and_then(|exe| exe.parent().map(Path::to_path_buf)),
        }
    }
}

impl Config {
    /// Reads the environment of this process.
    ///
    /// # Errors
    /// The first variable that cannot be used.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_variables(env::var_os, &Surroundings::detect())
    }

    /// Reads variables from anywhere. Empty ones count as unset.
    ///
    /// # Errors
    /// The first variable that cannot be used.
    pub fn from_variables(
        lookup: impl Fn(&'static str) -> Option<OsString>,
        surroundings: &Surroundings,
    ) -> Result<Self, ConfigError> {
        let variables = Variables { lookup };
        let addr = match variables.text("PARSIMONY_ADDR")? {
            Some(text) => parse_addr("PARSIMONY_ADDR", &text)?,
            None => match variables.text("LEPTOS_SITE_ADDR")? {
                Some(text) => parse_addr("LEPTOS_SITE_ADDR", &text)?,
                None => DEFAULT_ADDR,
            },
        };
        Ok(Self {
            database: variables.database(surroundings)?,
            addr,
            public_url: variables
                .text("PARSIMONY_PUBLIC_URL")?
                .map(|text| parse_public_url(&text))
                .transpose()?,
            behind_proxy: variables.choice(
                "PARSIMONY_BEHIND_PROXY",
                &[("true", true), ("false", false), ("1", true), ("0", false)],
                false,
            )?,
            mail: MailConfig::parse(variables.text(mail::SMTP_URL)?, variables.text(mail::MAIL_FROM)?)?,
            organisation: OrganisationConfig::parse(
                variables.text(organisation::ISSUER)?,
                variables.text(organisation::CLIENT_ID)?,
                variables.text(organisation::CLIENT_SECRET)?,
                variables.text(organisation::NAME)?,
            )?,
            model: variables.raw("PARSIMONY_MODEL").map(|file| surroundings.current_dir.join(file)),
            endpoint: EndpointConfig::parse(|variable| variables.text(variable))?,
            log_filter: variables.text("PARSIMONY_LOG")?.unwrap_or_else(|| DEFAULT_LOG.to_owned()),
            log_format: variables.choice(
                "PARSIMONY_LOG_FORMAT",
                &[("text", LogFormat::Text), ("json", LogFormat::Json)],
                LogFormat::Text,
            )?,
            leptos: variables.leptos(addr, surroundings)?,
        })
    }

    /// The address for links, once it is known where the server listens. A server that listens
    /// everywhere calls itself `localhost`: behind a name, set `PARSIMONY_PUBLIC_URL`.
    pub fn public_url(&self, listening: SocketAddr) -> Arc<str> {
        self.public_url.clone().unwrap_or_else(|| {
            if listening.ip().is_unspecified() {
                format!("http://localhost:{}", listening.port()).into()
            } else {
                format!("http://{listening}").into()
            }
        })
    }
}

struct Variables<F> {
    lookup: F,
}

impl<F: Fn(&'static str) -> Option<OsString>> Variables<F> {
    fn raw(&self, name: &'static str) -> Option<OsString> {
        (self.lookup)(name).filter(|value| !value.is_empty())
    }

    fn text(&self, name: &'static str) -> Result<Option<String>, ConfigError> {
        self.raw(name)
            .map(|value| value.into_string().map_err(|_| refuse(name, "is not valid UTF-8")))
            .transpose()
    }

    fn choice<T: Copy>(
        &self,
        name: &'static str,
        choices: &[(&str, T)],
        default: T,
    ) -> Result<T, ConfigError> {
        let Some(text) = self.text(name)? else { return Ok(default) };
        choices.iter().find(|(word, _)| text.eq_ignore_ascii_case(word)).map(|(_, value)| *value).ok_or_else(
            || {
                let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
                refuse(name, format!("must be one of {}, but is {text:?}", words.join(", ")))
            },
        )
    }

    fn database(&self, surroundings: &Surroundings) -> Result<DatabaseConfig, ConfigError> {
        if let Some(url) = self.text("DATABASE_URL")? {
            if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
                // The value is left out: it may hold a password.
                return Err(refuse(
                    "DATABASE_URL",
                    "must start with postgres:// or postgresql://, as in postgres://user@host:5432/parsimony",
                ));
            }
            return Ok(DatabaseConfig::Url(DatabaseUrl(url)));
        }
        let data_dir = match self.raw("PARSIMONY_DATA_DIR") {
            Some(folder) => surroundings.current_dir.join(folder),
            None => self.default_data_dir(surroundings)?,
        };
        let bin_dir = self.raw("PARSIMONY_PG_BIN").map(|folder| surroundings.current_dir.join(folder));
        Ok(DatabaseConfig::Embedded { data_dir, bin_dir })
    }

    /// Root's home is closed to the user Postgres runs as, so root gets a folder of the system.
    fn default_data_dir(&self, surroundings: &Surroundings) -> Result<PathBuf, ConfigError> {
        if surroundings.is_root {
            return Ok("/var/lib/parsimony".into());
        }
        let absolute =
            |name: &'static str| self.raw(name).map(PathBuf::from).filter(|folder| folder.is_absolute());
        absolute("XDG_DATA_HOME")
            .or_else(|| absolute("HOME").map(|home| home.join(".local/share")))
            .map(|parent| parent.join("parsimony"))
            .ok_or_else(|| {
                refuse(
                    "PARSIMONY_DATA_DIR",
                    "must name a folder for the data, because there is no home folder to put it in",
                )
            })
    }

    fn leptos(&self, addr: SocketAddr, surroundings: &Surroundings) -> Result<LeptosOptions, ConfigError> {
        let truth = [("true", true), ("false", false), ("1", true), ("0", false)];
        let environment =
            [("prod", Env::PROD), ("production", Env::PROD), ("dev", Env::DEV), ("development", Env::DEV)];
        let words: Vec<(&str, usize)> =
            environment.iter().enumerate().map(|(index, (word, _))| (*word, index)).collect();
        let env = environment[self.choice("LEPTOS_ENV", &words, 0)?].1.clone();
        let output_name = self.text("LEPTOS_OUTPUT_NAME")?.unwrap_or_else(|| "parsimony".to_owned());
        let site_root = match self.text("LEPTOS_SITE_ROOT")? {
            Some(folder) => folder,
            None => default_site_root(surroundings),
        };
        let pkg_dir = self.text("LEPTOS_SITE_PKG_DIR")?.unwrap_or_else(|| "pkg".to_owned());
        let hash_file = self.text("LEPTOS_HASH_FILE_NAME")?.unwrap_or_else(|| "hash.txt".to_owned());
        // The build writes the hashes beside the program, exactly when it hashed the file names.
        let is_hashed = surroundings.program_dir.as_ref().is_some_and(|dir| dir.join(&hash_file).is_file());
        let hash_files = self.choice("LEPTOS_HASH_FILES", &truth, is_hashed)?;
        Ok(LeptosOptions::builder()
            .output_name(output_name)
            .site_root(site_root)
            .site_pkg_dir(pkg_dir)
            .site_addr(addr)
            .env(env)
            .hash_file(hash_file.into())
            .hash_files(hash_files)
            .build())
    }
}

/// The built site: in the work tree when started there, else beside the program.
fn default_site_root(surroundings: &Surroundings) -> String {
    let in_tree = surroundings.current_dir.join("target/site");
    let beside = surroundings.program_dir.as_ref().map(|dir| dir.join("site"));
    let above = surroundings.program_dir.as_ref().and_then(|dir| Some(dir.parent()?.join("site")));
    [Some(in_tree), beside, above]
        .into_iter()
        .flatten()
        .find(|folder| folder.is_dir())
        .and_then(|folder| folder.to_str().map(str::to_owned))
        .unwrap_or_else(|| "target/site".to_owned())
}

fn parse_addr(variable: &'static str, text: &str) -> Result<SocketAddr, ConfigError> {
    text.parse().map_err(|_| {
        refuse(variable, format!("must be an IP address and a port, such as 127.0.0.1:3000, but is {text:?}"))
    })
}

fn parse_public_url(text: &str) -> Result<Arc<str>, ConfigError> {
    let url = text.trim_end_matches('/');
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let is_plain = |host: &str| {
        !host.is_empty()
            && !host.starts_with('/')
            && host.chars().all(|c| c.is_ascii_graphic() && !"?#@\"<>\\".contains(c))
    };
    if host.is_some_and(is_plain) {
        Ok(url.into())
    } else {
        let problem = format!(
            "must be the address of the site, such as https://parsimony.example.com, but is {text:?}"
        );
        Err(refuse("PARSIMONY_PUBLIC_URL", problem))
    }
}

fn refuse(variable: &'static str, problem: impl Into<String>) -> ConfigError {
    ConfigError { variable, problem: problem.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn surroundings(is_root: bool) -> Surroundings {
        Surroundings { is_root, current_dir: "/somewhere".into(), program_dir: None }
    }

    fn read(is_root: bool, variables: &[(&'static str, &str)]) -> Result<Config, ConfigError> {
        let lookup = |name: &'static str| {
            variables.iter().find(|(n, _)| *n == name).map(|(_, value)| OsString::from(value))
        };
        Config::from_variables(lookup, &surroundings(is_root))
    }

    #[test]
    fn root_never_gets_a_data_folder_under_its_home() {
        let config = read(true, &[("HOME", "/root"), ("XDG_DATA_HOME", "/root/.data")]).unwrap();
        let expected = DatabaseConfig::Embedded { data_dir: "/var/lib/parsimony".into(), bin_dir: None };
        assert_eq!(config.database, expected);
    }

    #[test]
    fn users_keep_their_data_in_their_own_data_folder() {
        let folder = |variables: &[(&'static str, &str)]| match read(false, variables).unwrap().database {
            DatabaseConfig::Embedded { data_dir, .. } => data_dir,
            DatabaseConfig::Url(_) => panic!("no URL was given"),
        };
        assert_eq!(folder(&[("HOME", "/home/ada")]), Path::new("/home/ada/.local/share/parsimony"));
        assert_eq!(folder(&[("HOME", "/home/ada"), ("XDG_DATA_HOME", "/d")]), Path::new("/d/parsimony"));
        assert_eq!(folder(&[("PARSIMONY_DATA_DIR", "here")]), Path::new("/somewhere/here"));
        assert_eq!(read(false, &[]).unwrap_err().variable, "PARSIMONY_DATA_DIR");
    }

    #[test]
    fn printing_the_configuration_never_shows_the_password() {
        for url in [
            "postgres://ada:hunter2@db.example.com:5432/parsimony",
            "postgres://db.example.com/parsimony?password=hunter2",
            "postgres://ada:hun/hunter2@db.example.com/parsimony",
        ] {
            let config = read(true, &[("DATABASE_URL", url)]).unwrap();
            let printed = format!("{config:?}");
            assert!(!printed.contains("hunter2") && printed.contains("db.example.com"), "{printed}");
            assert!(matches!(config.database, DatabaseConfig::Url(shown) if shown.reveal() == url));
        }
        let config = read(true, &[("DATABASE_URL", "postgres://db/parsimony?password=not@hunter2")]).unwrap();
        assert!(!format!("{config:?}").contains("hunter2"));
    }

    #[test]
    fn e_mail_is_off_unless_a_mail_server_is_named() {
        assert_eq!(read(true, &[]).unwrap().mail, None);
        let variables = [
            ("PARSIMONY_SMTP_URL", "smtps://ada:hunter2@mail.example.com"),
            ("PARSIMONY_MAIL_FROM", "Parsimony <parsimony@example.com>"),
        ];
        let config = read(true, &variables).unwrap();
        let printed = format!("{config:?}");
        assert!(!printed.contains("hunter2") && printed.contains("smtps://mail.example.com"), "{printed}");
        assert_eq!(read(true, &variables[..1]).unwrap_err().variable, "PARSIMONY_MAIL_FROM");
    }

    #[test]
    fn bad_values_are_refused_in_a_sentence_that_names_the_variable() {
        for (variable, value) in [
            ("DATABASE_URL", "mysql://ada:hunter2@db/x"),
            ("PARSIMONY_ADDR", "localhost"),
            ("LEPTOS_SITE_ADDR", "3000"),
            ("PARSIMONY_PUBLIC_URL", "parsimony.example.com"),
            ("PARSIMONY_PUBLIC_URL", "https://"),
            ("PARSIMONY_LOG_FORMAT", "xml"),
            ("LEPTOS_ENV", "staging"),
            ("LEPTOS_HASH_FILES", "perhaps"),
        ] {
            let error = read(true, &[(variable, value)]).unwrap_err();
            assert_eq!(error.variable, variable);
            let sentence = error.to_string();
            assert!(sentence.starts_with(variable) && sentence.ends_with('.'), "{sentence}");
            assert!(!sentence.contains("hunter2"), "{sentence}");
        }
    }

    #[test]
    fn the_own_address_variable_wins_and_the_public_address_follows_it() {
        let config =
            read(true, &[("PARSIMONY_ADDR", "0.0.0.0:8080"), ("LEPTOS_SITE_ADDR", "127.0.0.1:1")]).unwrap();
        assert_eq!(config.addr.port(), 8080);
        assert_eq!(&*config.public_url(config.addr), "http://localhost:8080");
        assert_eq!(&*config.public_url(([127, 0, 0, 1], 4000).into()), "http://127.0.0.1:4000");
        let config = read(true, &[("PARSIMONY_PUBLIC_URL", "https://p.example.com/")]).unwrap();
        assert_eq!(&*config.public_url(config.addr), "https://p.example.com");
    }

    #[test]
    fn the_page_renderer_has_working_defaults() {
        let leptos = read(true, &[]).unwrap().leptos;
        assert_eq!((&*leptos.output_name, &*leptos.site_root), ("parsimony", "target/site"));
        assert_eq!(&*leptos.site_pkg_dir, "pkg");
        assert!(!leptos.hash_files && leptos.env == Env::PROD);
        assert!(read(true, &[("LEPTOS_HASH_FILES", "true")]).unwrap().leptos.hash_files);
    }
}
