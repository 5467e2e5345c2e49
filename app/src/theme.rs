//! Light, dark, or whatever the system says.
//!
//! The choice lives in a cookie, so that the server's first paint is already right. In the browser it is
//! applied at once; [`Appearance`] tells charts, which draw with fixed colours, to draw again.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Which colours a visitor chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the operating system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// All choices in the order they are offered.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The choice in forms, the cookie and the `data-theme` attribute of the document.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The choice as people read it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::System => "Auto",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    /// The choice of this code; anything else follows the system.
    #[must_use]
    pub fn from_code(code: &str) -> Self {
        Self::ALL.into_iter().find(|theme| theme.code() == code).unwrap_or_default()
    }

    /// Value of the document's `data-theme`; the system's choice sets none.
    #[must_use]
    pub fn attribute(self) -> Option<&'static str> {
        (self != Self::System).then(|| self.code())
    }
}

/// Name of the cookie.
pub const COOKIE: &str = "theme";
/// How long a browser keeps the choice: 400 days, the longest that browsers allow.
pub const COOKIE_MAX_AGE_SECONDS: u32 = 400 * 24 * 60 * 60;

/// The colours in force, shared by the whole page.
#[derive(Debug, Clone, Copy)]
pub struct Appearance {
    /// The visitor's choice.
    pub theme: RwSignal<Theme>,
    /// Rises whenever the colours on screen change, for those who must draw again.
    pub revision: RwSignal<u32>,
}

impl Appearance {
    /// Starts from what the server painted.
    pub fn provide() -> Self {
        let appearance = Self { theme: RwSignal::new(current_theme()), revision: RwSignal::new(0) };
        provide_context(appearance);
        #[cfg(feature = "hydrate")]
        Effect::new(move |_| browser::watch_system(appearance.revision));
        appearance
    }

    /// Applies a choice at once and remembers it.
    pub fn choose(self, theme: Theme) {
        self.theme.set(theme);
        #[cfg(feature = "hydrate")]
        browser::apply(theme);
        self.revision.update(|revision| *revision += 1);
    }
}

#[cfg(feature = "ssr")]
fn current_theme() -> Theme {
    crate::response::cookie(COOKIE).map_or(Theme::System, |code| Theme::from_code(&code))
}

#[cfg(all(feature = "hydrate", not(feature = "ssr")))]
fn current_theme() -> Theme {
    browser::painted_theme()
}

#[cfg(not(any(feature = "hydrate", feature = "ssr")))]
fn current_theme() -> Theme {
    Theme::System
}

#[cfg(feature = "hydrate")]
mod browser {
    use super::{COOKIE, COOKIE_MAX_AGE_SECONDS, Theme};
    use leptos::prelude::*;
    use wasm_bindgen::JsCast;
    use wasm_bindgen::closure::Closure;

    fn root() -> Option<web_sys::Element> {
        web_sys::window()?.document()?.document_element()
    }

    #[cfg_attr(feature = "ssr", allow(dead_code, reason = "the server reads the cookie instead"))]
    pub(super) fn painted_theme() -> Theme {
        root()
            .and_then(|root| root.get_attribute("data-theme"))
            .map_or(Theme::System, |code| Theme::from_code(&code))
    }

    pub(super) fn apply(theme: Theme) {
        let Some(root) = root() else { return };
        // Setting an attribute of this name on an element cannot fail.
        let _ = match theme.attribute() {
            Some(code) => root.set_attribute("data-theme", code),
            None => root.remove_attribute("data-theme"),
        };
        if let Some(document) = root.owner_document().and_then(|d| d.dyn_into::<web_sys::HtmlDocument>().ok())
        {
            let cookie =
                format!("{COOKIE}={}; Path=/; Max-Age={COOKIE_MAX_AGE_SECONDS}; SameSite=Lax", theme.code());
            // A browser that refuses cookies forgets the choice, which is what its owner asked for.
            let _ = document.set_cookie(&cookie);
        }
    }

    pub(super) fn watch_system(revision: RwSignal<u32>) {
        let Some(query) =
            web_sys::window().and_then(|w| w.match_media("(prefers-color-scheme: dark)").ok().flatten())
        else {
            return;
        };
        let changed = Closure::<dyn Fn()>::new(move || revision.update(|revision| *revision += 1));
        query.set_onchange(Some(changed.as_ref().unchecked_ref()));
        // Lives as long as the page: there is one application per document.
        changed.forget();
    }
}
