//! The LLM endpoint that the demo races against, where there is one: an address, a model, a key, and what may be spent.

use std::{fmt, fs, time::Duration};

use http::HeaderValue;
use store::{RaceBudget, RaceBudgets};
use url::Url;

use super::{ConfigError, mail::is_this_machine, refuse};

/// Variable with the address up to `/chat/completions`.
pub(crate) const BASE_URL: &str = "PARSIMONY_LLM_BASE_URL";
/// Variable with the model's name.
pub(crate) const MODEL: &str = "PARSIMONY_LLM_MODEL";
/// Variable with the key.
pub(crate) const API_KEY: &str = "PARSIMONY_LLM_API_KEY";
/// Variable with the path of a file that holds the key.
pub(crate) const API_KEY_FILE: &str = "PARSIMONY_LLM_API_KEY_FILE";
/// Variable with the hosts that the key may be sent to.
pub(crate) const ALLOWED_HOSTS: &str = "PARSIMONY_LLM_ALLOWED_HOSTS";
/// Variable with the key of the model's price in the price book.
pub(crate) const PRICE: &str = "PARSIMONY_LLM_PRICE";
/// Variables with what may be spent in a day.
const USER_REQUESTS: &str = "PARSIMONY_LLM_USER_REQUESTS_PER_DAY";
const USER_TOKENS: &str = "PARSIMONY_LLM_USER_TOKENS_PER_DAY";
const WORKSPACE_REQUESTS: &str = "PARSIMONY_LLM_WORKSPACE_REQUESTS_PER_DAY";
const WORKSPACE_TOKENS: &str = "PARSIMONY_LLM_WORKSPACE_TOKENS_PER_DAY";

/// What may be spent unless told otherwise: an afternoon of racing for one, a workshop for all. At a dollar for a
/// million tokens a workspace spends half a dollar a day at most.
const DEFAULT_BUDGETS: RaceBudgets = RaceBudgets {
    account: RaceBudget { requests: 200, tokens: 100_000 },
    workspace: RaceBudget { requests: 1_000, tokens: 500_000 },
};

/// The most a budget can be told: far beyond anybody's day, far below what the sums can hold.
const LARGEST_BUDGET: i64 = 1_000_000_000_000;

/// An OpenAI-compatible endpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct EndpointConfig {
    /// Address of its chat completions.
    pub address: Url,
    /// The model it is asked for.
    pub model: String,
    /// What proves that the administrator pays for it; none for a server that wants none.
    pub key: Option<ApiKey>,
    /// Key of the model's price in the price book, for what an answer costs.
    pub price: Option<String>,
    /// What may be spent in a day.
    pub budgets: RaceBudgets,
    /// How long it may take, and how much it may say.
    pub limits: EndpointLimits,
}

/// How long an endpoint may take, and how much it may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndpointLimits {
    /// Time to take the call.
    pub connect: Duration,
    /// Time until the first text, connecting included. Less than the server gives any request to begin its answer.
    pub first_token: Duration,
    /// Time for the whole answer.
    pub total: Duration,
    /// Bytes of the whole answer. A token is sent in some 300.
    pub bytes: usize,
}

impl Default for EndpointLimits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first_token: Duration::from_secs(20),
            total: Duration::from_secs(90),
            bytes: 2 * 1024 * 1024,
        }
    }
}

/// A key that costs money. Printing it shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(HeaderValue);

impl ApiKey {
    /// A key that can stand in a header; none for a text that cannot.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let key = text.trim();
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        let mut value = HeaderValue::try_from(format!("Bearer {key}")).ok()?;
        value.set_sensitive(true);
        Some(Self(value))
    }

    /// What is sent to the endpoint, and to nobody else.
    pub(crate) fn authorization(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

impl EndpointConfig {
    /// Reads the variables, of which the address and the model belong together.
    ///
    /// # Errors
    /// The variable that is missing or cannot be used.
    pub(super) fn parse(
        text: impl Fn(&'static str) -> Result<Option<String>, ConfigError>,
    ) -> Result<Option<Self>, ConfigError> {
        let Some(base) = text(BASE_URL)? else {
            let alone = [MODEL, API_KEY, API_KEY_FILE, ALLOWED_HOSTS, PRICE];
            for variable in alone {
                if text(variable)?.is_some() {
                    return Err(refuse(BASE_URL, format!("must be set too, because {variable} is")));
                }
            }
            return Ok(None);
        };
        let model =
            text(MODEL)?.ok_or_else(|| refuse(MODEL, format!("must be set too, because {BASE_URL} is")))?;
        let budget = |variable, default| budget(variable, text(variable)?, default);
        Ok(Some(Self {
            address: address(&base, &text(ALLOWED_HOSTS)?.unwrap_or_default())?,
            model,
            key: key(text(API_KEY)?, text(API_KEY_FILE)?)?,
            price: text(PRICE)?,
            budgets: RaceBudgets {
                account: RaceBudget {
                    requests: budget(USER_REQUESTS, DEFAULT_BUDGETS.account.requests)?,
                    tokens: budget(USER_TOKENS, DEFAULT_BUDGETS.account.tokens)?,
                },
                workspace: RaceBudget {
                    requests: budget(WORKSPACE_REQUESTS, DEFAULT_BUDGETS.workspace.requests)?,
                    tokens: budget(WORKSPACE_TOKENS, DEFAULT_BUDGETS.workspace.tokens)?,
                },
            },
            limits: EndpointLimits::default(),
        }))
    }

    /// Whether it runs on this machine.
    pub(crate) fn is_this_machine(&self) -> bool {
        self.address.host_str().is_some_and(is_this_machine)
    }
}

/// The key goes over TLS, to a host that was named twice, so that a slip in the address does not hand it to somebody
/// else. A server on this machine needs neither.
fn address(base: &str, allowed: &str) -> Result<Url, ConfigError> {
    let shape = "must be an https address without ? and #, such as https://llm.example.com/v1";
    // The text itself is left out: people put keys into addresses.
    let url = Url::parse(base.trim().trim_end_matches('/')).map_err(|_| refuse(BASE_URL, shape))?;
    let host = url.host_str().unwrap_or_default().to_owned();
    let is_local = is_this_machine(&host);
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_local);
    let is_plain = url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if !is_safe || !is_plain || host.is_empty() {
        return Err(refuse(BASE_URL, shape));
    }
    let mut names = allowed.split(',').map(str::trim).filter(|name| !name.is_empty());
    if !is_local && !names.any(|name| name.eq_ignore_ascii_case(&host)) {
        let problem = format!("must name the hosts that the key may be sent to, {host} among them");
        return Err(refuse(ALLOWED_HOSTS, problem));
    }
    let path = format!("{}/chat/completions", url.path().trim_end_matches('/'));
    let mut address = url;
    address.set_path(&path);
    Ok(address)
}

fn key(given: Option<String>, file: Option<String>) -> Result<Option<ApiKey>, ConfigError> {
    let unusable = "holds no key: one line of printable characters without blanks";
    match (given, file) {
        (None, None) => Ok(None),
        (Some(_), Some(_)) => Err(refuse(API_KEY_FILE, format!("and {API_KEY} are both set; keep one"))),
        (Some(text), None) => ApiKey::new(&text).map(Some).ok_or_else(|| refuse(API_KEY, unusable)),
        (None, Some(path)) => {
            let text = fs::read_to_string(&path).map_err(|error| {
                refuse(API_KEY_FILE, format!("names a file that cannot be read ({path}: {})", error.kind()))
            })?;
            ApiKey::new(&text).map(Some).ok_or_else(|| refuse(API_KEY_FILE, unusable))
        }
    }
}

fn budget(variable: &'static str, text: Option<String>, default: i64) -> Result<i64, ConfigError> {
    let Some(text) = text else { return Ok(default) };
    let number = text.trim().parse().ok().filter(|number| (0..=LARGEST_BUDGET).contains(number));
    number.ok_or_else(|| refuse(variable, format!("must be a whole number from 0, but is {text:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(variables: &[(&str, &str)]) -> Result<Option<EndpointConfig>, ConfigError> {
        EndpointConfig::parse(|name| {
            let found = variables.iter().find(|(variable, _)| *variable == name);
            Ok(found.map(|(_, value)| (*value).to_owned()))
        })
    }

    const WHOLE: [(&str, &str); 4] = [
        (BASE_URL, "https://llm.example.com/v1/"),
        (MODEL, "gpt-example"),
        (API_KEY, "hunter2"),
        (ALLOWED_HOSTS, "other.example, LLM.example.com"),
    ];

    #[test]
    fn an_endpoint_is_read_and_its_key_is_never_shown() {
        assert_eq!(parse(&[]).unwrap(), None);
        let endpoint = parse(&WHOLE).unwrap().unwrap();
        assert_eq!(endpoint.address.as_str(), "https://llm.example.com/v1/chat/completions");
        assert_eq!(endpoint.budgets, DEFAULT_BUDGETS);
        let key = endpoint.key.as_ref().unwrap();
        assert_eq!(key.authorization(), "Bearer hunter2");
        for printed in
            [format!("{endpoint:?}"), format!("{endpoint:#?}"), format!("{:?}", key.authorization())]
        {
            assert!(!printed.contains("hunter2"), "{printed}");
        }
    }

    #[test]
    fn the_key_goes_over_tls_to_a_host_that_was_named_and_to_no_other() {
        let with = |base: &'static str, hosts: &'static str| {
            parse(&[(BASE_URL, base), (MODEL, "m"), (API_KEY, "hunter2"), (ALLOWED_HOSTS, hosts)])
        };
        for (base, hosts) in [
            ("https://llm.example.com", "llm.example.com"),
            ("https://llm.example.com:8443/openai/v1", "a.example,llm.example.com"),
            ("http://127.0.0.1:8080/v1", ""),
            ("http://[::1]:8080/v1", ""),
        ] {
            assert!(with(base, hosts).is_ok(), "{base}");
        }
        for base in [
            "http://llm.example.com/v1",
            "http://127.0.0.1.example.com",
            "ftp://llm.example.com",
            "https://ada:hunter3@llm.example.com/v1",
            "https://llm.example.com/v1?key=hunter3",
            "https://llm.example.com/v1#hunter3",
            "llm.example.com",
        ] {
            let refused = with(base, "llm.example.com,127.0.0.1.example.com").unwrap_err();
            assert_eq!(refused.variable, BASE_URL, "{base}");
            assert!(!refused.to_string().contains("hunter"), "{refused}");
        }
        for hosts in ["", "example.com", "llm.example.com.evil.example", "*.example.com"] {
            let refused = with("https://llm.example.com/v1", hosts).unwrap_err();
            assert_eq!(refused.variable, ALLOWED_HOSTS, "{hosts}");
        }
    }

    #[test]
    fn what_is_set_alone_or_makes_no_sense_is_refused_by_name() {
        for variable in [MODEL, API_KEY, API_KEY_FILE, ALLOWED_HOSTS, PRICE] {
            assert_eq!(parse(&[(variable, "x")]).unwrap_err().variable, BASE_URL, "{variable}");
        }
        assert_eq!(parse(&[WHOLE[0], WHOLE[3]]).unwrap_err().variable, MODEL);
        for (variable, value) in [
            (API_KEY_FILE, "/somewhere/else"),
            (USER_REQUESTS, "-1"),
            (USER_TOKENS, "many"),
            (WORKSPACE_REQUESTS, "1e3"),
            (WORKSPACE_TOKENS, "9999999999999999999"),
        ] {
            let refused = parse(&[&WHOLE[..], &[(variable, value)]].concat()).unwrap_err();
            assert_eq!(refused.variable, variable);
            assert!(!refused.to_string().contains("hunter2"));
        }
        let two_lines = parse(&[WHOLE[0], WHOLE[1], WHOLE[3], (API_KEY, "hunter2\nhunter2")]).unwrap_err();
        assert_eq!(two_lines.variable, API_KEY);
        assert!(!two_lines.to_string().contains("hunter2"));
        assert_eq!(
            parse(&[&WHOLE[..], &[(USER_REQUESTS, "0")]].concat()).unwrap().unwrap().budgets.account.requests,
            0
        );
    }

    #[test]
    fn a_key_may_lie_in_a_file() {
        let file = std::env::temp_dir().join(format!("parsimony-key.{}", std::process::id()));
        let path = file.to_str().unwrap();
        let read = || parse(&[WHOLE[0], WHOLE[1], WHOLE[3], (API_KEY_FILE, path)]);
        assert!(read().unwrap_err().to_string().contains("cannot be read"));
        fs::write(&file, "hunter2\n").unwrap();
        assert_eq!(read().unwrap().unwrap().key.unwrap().authorization(), "Bearer hunter2");
        fs::write(&file, "\n").unwrap();
        assert_eq!(read().unwrap_err().variable, API_KEY_FILE);
        fs::remove_file(&file).unwrap();
    }
}
