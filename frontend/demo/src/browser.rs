//! Which browser this is: its name and major version, and nothing that would tell one person from another.

use crate::facts::property;
use domain::measurement::Browser;
use wasm_bindgen::JsValue;

/// This one.
pub(crate) fn here() -> Browser {
    let navigator = leptos::prelude::window().navigator();
    from_brands(&brands(&navigator))
        .or_else(|| from_user_agent(&navigator.user_agent().unwrap_or_default()))
        .unwrap_or_else(|| Browser { name: "unknown browser".to_owned(), version: 0 })
}

/// What browsers say that no longer put it into the user agent.
fn brands(navigator: &JsValue) -> Vec<(String, String)> {
    let brands = property(navigator, "userAgentData").and_then(|data| property(&data, "brands"));
    let brands = brands.map(|brands| js_sys::Array::from(&brands)).unwrap_or_default();
    let text = |of: &JsValue, name: &str| property(of, name)?.as_string();
    brands.iter().filter_map(|brand| Some((text(&brand, "brand")?, text(&brand, "version")?))).collect()
}

/// The brand that people know it by. One is made up, so that nobody relies on the list; one is the engine's.
fn from_brands(brands: &[(String, String)]) -> Option<Browser> {
    let is_made_up = |name: &str| name.contains("Not") && name.contains("Brand");
    let real = || brands.iter().filter(|(name, _)| !is_made_up(name));
    let (name, version) = real().find(|(name, _)| name != "Chromium").or_else(|| real().next())?;
    let name = match name.as_str() {
        "Google Chrome" => "Chrome",
        "Microsoft Edge" => "Edge",
        name => name,
    };
    browser(name, version)
}

/// Tokens of user agents and whom they tell, the particular before what many carry.
const TOKENS: [(&str, &str); 8] = [
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Version/", "Safari"),
];

fn from_user_agent(user_agent: &str) -> Option<Browser> {
    TOKENS.iter().find_map(|(token, name)| {
        let (_, version) = user_agent.split_once(token)?;
        browser(name, version)
    })
}

fn browser(name: &str, version: &str) -> Option<Browser> {
    let major = version.split(|letter: char| !letter.is_ascii_digit()).next()?;
    Some(Browser { name: name.chars().take(60).collect(), version: major.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(browser: Option<Browser>) -> Option<(String, u16)> {
        browser.map(|browser| (browser.name, browser.version))
    }

    #[test]
    fn a_browser_is_known_by_its_brand() {
        let brands = |names: &[&str]| -> Vec<(String, String)> {
            names.iter().map(|name| ((*name).to_owned(), "140".to_owned())).collect()
        };
        for (names, expected) in [
            (vec!["Chromium", "Not=A?Brand", "Google Chrome"], Some("Chrome")),
            (vec!["Not;A Brand", "Microsoft Edge", "Chromium"], Some("Edge")),
            (vec!["HeadlessChrome", "Chromium", "Not_A Brand"], Some("HeadlessChrome")),
            (vec!["Not)A;Brand", "Chromium"], Some("Chromium")),
            (vec!["Not)A;Brand"], None),
            (vec![], None),
        ] {
            let expected = expected.map(|name| (name.to_owned(), 140));
            assert_eq!(told(from_brands(&brands(&names))), expected, "{names:?}");
        }
    }

    #[test]
    fn others_are_known_by_their_user_agent() {
        for (user_agent, name, version) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox", 145),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15",
                "Safari",
                26,
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
                "Edge",
                140,
            ),
        ] {
            assert_eq!(told(from_user_agent(user_agent)), Some((name.to_owned(), version)));
        }
        assert_eq!(told(from_user_agent("curl")), None);
    }
}
