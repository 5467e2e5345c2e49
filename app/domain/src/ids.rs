//! Names of stored things. Each kind has a type of its own, so that a portfolio's id is never taken for a
//! use case's; the server makes them, the browser only passes them on.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// The text is no id of ours, so nothing can have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an id")]
pub struct NotAnId;

macro_rules! ids {
    ($( $(#[$doc:meta])* $name:ident; )*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// The id as the database knows it.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                read(text).map(Self)
            }
        }
    )* };
}

/// Reads only the form that ids are written in, so that every page has one address.
fn read(text: &str) -> Result<Uuid, NotAnId> {
    if text.len() != 36 || text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(NotAnId);
    }
    Uuid::try_parse(text).map_err(|_| NotAnId)
}

ids! {
    /// Names a workspace.
    WorkspaceId;
    /// Names a portfolio.
    PortfolioId;
    /// Names a use case.
    UseCaseId;
    /// Names a revision of a use case.
    RevisionId;
    /// Names a stored decision.
    DecisionId;
    /// Names a stored price book.
    PriceBookId;
    /// Names a stored policy.
    PolicyId;
    /// Names a scenario inside its workspace; the link to it is another, secret, name.
    ScenarioId;
    /// Names an account: a person who can sign in.
    AccountId;
    /// Names a session: a browser that is signed in.
    SessionId;
    /// Names an API token.
    ApiTokenId;
    /// Names an invitation into a workspace.
    InvitationId;
    /// Names a comment.
    CommentId;
    /// Names a notification.
    NotificationId;
    /// Names a measurement.
    MeasurementId;
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_id_reads_back_from_its_text_and_its_json() {
        let text = "0192f5c1-7a6b-7c3d-8e9f-0123456789ab";
        let id: UseCaseId = text.parse().unwrap();
        assert_eq!(id.to_string(), text);
        assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{text}\""));
    }

    #[test]
    fn other_texts_are_no_ids() {
        for text in [
            "",
            "1",
            "0192f5c17a6b7c3d8e9f0123456789ab",
            "{0192f5c1-7a6b-7c3d-8e9f-0123456789ab}",
            "0192F5C1-7A6B-7C3D-8E9F-0123456789AB",
            "0192f5c1-7a6b-7c3d-8e9f-0123456789aé",
            "zz92f5c1-7a6b-7c3d-8e9f-0123456789ab",
        ] {
            assert_eq!(text.parse::<PortfolioId>(), Err(NotAnId), "{text}");
        }
    }
}
