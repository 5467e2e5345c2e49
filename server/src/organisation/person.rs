//! Who came back from the provider, and what it says about them.

use store::{ACCOUNT_NAME_LENGTH, Identity};

/// Somebody the provider vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    /// Who it is: the one thing an account is found by.
    pub(super) identity: Identity,
    /// What a new account begins with.
    pub(super) profile: Profile,
}

/// Claims about somebody, as the provider wrote them. Any may be missing, and none says who somebody is: names are
/// shared, and an address may be given to somebody else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Profile {
    /// `name`: the whole name, ready to be shown.
    pub(super) name: Option<String>,
    /// `given_name`.
    pub(super) given_name: Option<String>,
    /// `family_name`.
    pub(super) family_name: Option<String>,
    /// `preferred_username`: a short name, often an address.
    pub(super) username: Option<String>,
    /// `email`.
    pub(super) email: Option<String>,
}

impl Profile {
    /// Whether a new account needs nothing else.
    pub(super) fn is_enough(&self) -> bool {
        said(&self.email).is_some() && said(&self.name).is_some()
    }

    /// These claims, and those of another source where they are missing.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            name: self.name.or(other.name),
            given_name: self.given_name.or(other.given_name),
            family_name: self.family_name.or(other.family_name),
            username: self.username.or(other.username),
            email: self.email.or(other.email),
        }
    }

    /// The e-mail address, if the provider says one.
    pub(super) fn email(&self) -> Option<&str> {
        said(&self.email)
    }

    /// A name for the account of this address: the best the provider says, else what comes before the @. People change
    /// it in the settings.
    pub(super) fn display_name(&self, email: &str) -> String {
        let parts: Vec<&str> = [&self.given_name, &self.family_name].into_iter().filter_map(said).collect();
        let whole = said(&self.name).map(str::to_owned);
        let best = whole
            .or_else(|| (!parts.is_empty()).then(|| parts.join(" ")))
            .or_else(|| said(&self.username).map(str::to_owned))
            .unwrap_or_else(|| email.split('@').next().unwrap_or_default().to_owned());
        // A name is a line of limited length here, and a provider may have others.
        let line: String = best.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        line.trim().chars().take(ACCOUNT_NAME_LENGTH).collect()
    }
}

/// A claim that says something.
fn said(claim: &Option<String>) -> Option<&str> {
    claim.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    fn all() -> Profile {
        Profile {
            name: some("Grace Hopper"),
            given_name: some("Grace"),
            family_name: some("Murray"),
            username: some("ghopper"),
            email: some("grace@example.org"),
        }
    }

    #[test]
    fn the_best_name_there_is_becomes_the_name_of_the_account() {
        let name = |profile: Profile| profile.display_name("grace@example.org");
        assert_eq!(name(all()), "Grace Hopper");
        assert_eq!(name(Profile { name: some("  "), ..all() }), "Grace Murray");
        assert_eq!(name(Profile { name: None, family_name: None, ..all() }), "Grace");
        let bare = Profile { name: None, given_name: None, family_name: some(""), ..all() };
        assert_eq!(name(bare.clone()), "ghopper");
        assert_eq!(name(Profile { username: None, ..bare }), "grace");
        assert_eq!(name(Profile::default()), "grace");
    }

    #[test]
    fn a_name_always_fits_an_account() {
        let long = Profile { name: some(&"\u{fc}".repeat(500)), ..Profile::default() };
        assert_eq!(long.display_name("").chars().count(), ACCOUNT_NAME_LENGTH);
        let lines = Profile { name: some("\nGrace\r\tHopper\0"), ..Profile::default() };
        assert_eq!(lines.display_name(""), "Grace  Hopper");
    }

    #[test]
    fn a_second_source_fills_gaps_and_changes_nothing() {
        let first = Profile { name: some("Grace Hopper"), ..Profile::default() };
        let both = first.or(Profile {
            name: some("Somebody"),
            email: some("grace@example.org"),
            ..Profile::default()
        });
        assert_eq!(both.name.as_deref(), Some("Grace Hopper"));
        assert_eq!(both.email(), Some("grace@example.org"));
        assert!(both.is_enough() && !Profile { email: some(" "), ..both }.is_enough());
    }
}
