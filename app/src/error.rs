//! The one error users meet: a code for programs and a sentence that helps people.

use domain::field::FieldError;
use leptos::prelude::FromServerFnError;
use serde::{Deserialize, Serialize};
use server_fn::codec::JsonEncoding;
use server_fn::error::ServerFnErrorErr;

/// What a page or a server function can fail with. It travels to the browser, also inside the URL of a
/// refused form, so it holds codes rather than free text and never anything internal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum AppError {
    /// Some fields cannot be read.
    #[error("Some fields need another look. Nothing you typed is lost.")]
    Invalid {
        /// One entry for every such field.
        errors: Vec<FieldError>,
    },
    /// The page, use case, portfolio or link does not exist.
    #[error("There is nothing at this address. It may have been mistyped, or what it named was removed.")]
    NotFound,
    /// A share link that was revoked or has expired.
    #[error("This link no longer works: it was revoked or has expired. Ask whoever sent it for a new one.")]
    Gone,
    /// A portfolio of that name exists already.
    #[error("There is already a portfolio of that name. Choose another name, or pick it from the list.")]
    NameTaken,
    /// A name is empty or too long.
    #[error("A name needs 1 to 120 characters.")]
    BadName,
    /// A text is too long or holds characters that cannot be shown.
    #[error("A text is too long or has characters that cannot be shown. Shorten it and try again.")]
    BadText,
    /// The version of a price book is empty, too long, or names other prices already.
    #[error(
        "The field “version” needs 1 to 60 characters that name no other prices yet. Change it and try again."
    )]
    BadVersion,
    /// The use case or its portfolio is archived.
    #[error("This is archived. Restore it first, then change it.")]
    Archived,
    /// Somebody else saved a newer revision first.
    #[error(
        "Someone saved revision {current} while you were editing. Open it in another tab, then save yours again."
    )]
    Conflict {
        /// Number of the revision that is current now.
        current: i32,
    },
    /// Only members of a workspace may do this, and nobody is signed in.
    #[error("Sign in to see this. Only members of the workspace can.")]
    SignInNeeded,
    /// Whoever is signed in belongs to no workspace.
    #[error(
        "You do not belong to a workspace any more. Ask an admin for an invitation, or found one in the settings."
    )]
    NoWorkspace,
    /// The role does not allow it.
    #[error("Your role does not allow this{}. Ask an admin of the workspace.", which(*needs))]
    Forbidden {
        /// The least role that would do, if that is known.
        #[serde(default)]
        needs: Option<domain::access::Role>,
    },
    /// E-mail address and password do not belong together.
    #[error("That e-mail address and password do not belong together. Check both and try again.")]
    BadCredentials,
    /// Too many attempts.
    #[error("Too many attempts. Please wait a quarter of an hour and try again.")]
    TooMany,
    /// The new password is too short.
    #[error("A password needs at least 15 characters. A few unrelated words do well.")]
    ShortPassword,
    /// The new password is too long.
    #[error("A password has at most 256 characters.")]
    LongPassword,
    /// The new password is known to attackers.
    #[error("This password is one of the first that attackers try. Choose another.")]
    BreachedPassword,
    /// The new password is made of what everybody knows.
    #[error("This password is made of your name, your address or the name of this product. Choose another.")]
    ObviousPassword,
    /// The present password is not right.
    #[error("The present password is not right.")]
    WrongPassword,
    /// There is an account of this address.
    #[error(
        "There is an account with this e-mail address already. Sign in first, then open the invitation again."
    )]
    EmailTaken,
    /// The text is no e-mail address.
    #[error("An e-mail address looks like name@example.org.")]
    BadEmail,
    /// A move in a review is not possible now.
    #[error("{why}")]
    MoveRefused {
        /// Why.
        why: domain::review::MoveRefused,
    },
    /// An invitation is meant for another address.
    #[error("This invitation is meant for another e-mail address than yours. Ask for one of your own.")]
    NotInvited,
    /// Somebody signed in at the organisation whom nobody here knows.
    #[error("Your organisation knows you, but nobody invited you here yet. Ask an admin for an invitation.")]
    NoAccountYet,
    /// Signing in through the organisation did not work.
    #[error("Signing in with your organisation did not work. Please try again.")]
    OrganisationFailed,
    /// Somebody said no at the organisation, or it did.
    #[error("Your organisation did not let you in, or you cancelled. Nothing was changed.")]
    OrganisationDeclined,
    /// The organisation's provider cannot be reached or used.
    #[error("Your organisation’s sign-in cannot be reached right now. Please try again in a moment.")]
    OrganisationAway,
    /// The organisation keeps an e-mail address to itself, and a new account needs one.
    #[error("Your organisation did not tell us your e-mail address. Ask for an invitation that names it.")]
    OrganisationWithoutEmail,
    /// The last admin can neither leave nor step down.
    #[error("A workspace keeps at least one admin. Make somebody else an admin first.")]
    LastAdmin,
    /// The sign-in at the organisation belongs to another account.
    #[error("This sign-in belongs to another account.")]
    IdentityTaken,
    /// The database cannot be reached.
    #[error("The database cannot be reached right now. Nothing is lost; please try again in a moment.")]
    Unavailable,
    /// The browser could not reach the server.
    #[error("The server did not answer. Check your connection and try again; what you typed is still here.")]
    Unreachable,
    /// The request could not be read at all.
    #[error("The server could not read this request. Reload the page and try again.")]
    Unreadable,
    /// Something failed that should not have; the details are in the server's log.
    #[error("Something went wrong on our side and was logged. Please try again.")]
    Internal,
}

impl AppError {
    /// The HTTP status that says the same.
    #[must_use]
    pub fn status(&self) -> http::StatusCode {
        match self {
            Self::Invalid { .. }
            | Self::BadName
            | Self::BadText
            | Self::BadVersion
            | Self::BadEmail
            | Self::ShortPassword
            | Self::LongPassword
            | Self::BreachedPassword
            | Self::ObviousPassword
            | Self::WrongPassword
            | Self::BadCredentials => http::StatusCode::UNPROCESSABLE_ENTITY,
            Self::SignInNeeded => http::StatusCode::UNAUTHORIZED,
            Self::NoWorkspace | Self::Forbidden { .. } => http::StatusCode::FORBIDDEN,
            Self::TooMany => http::StatusCode::TOO_MANY_REQUESTS,
            Self::NotFound => http::StatusCode::NOT_FOUND,
            Self::Gone => http::StatusCode::GONE,
            Self::NameTaken
            | Self::Archived
            | Self::Conflict { .. }
            | Self::EmailTaken
            | Self::IdentityTaken
            | Self::LastAdmin
            | Self::NotInvited
            | Self::NoAccountYet
            | Self::OrganisationFailed
            | Self::OrganisationDeclined
            | Self::OrganisationWithoutEmail
            | Self::MoveRefused { .. } => http::StatusCode::CONFLICT,
            Self::Unavailable | Self::Unreachable | Self::OrganisationAway => {
                http::StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Unreadable => http::StatusCode::BAD_REQUEST,
            Self::Internal => http::StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// A heading of a few words for a page that shows nothing but this error.
    #[must_use]
    pub fn heading(&self) -> &'static str {
        match self {
            Self::Invalid { .. }
            | Self::BadName
            | Self::BadText
            | Self::BadVersion
            | Self::BadEmail
            | Self::ShortPassword
            | Self::LongPassword
            | Self::BreachedPassword
            | Self::ObviousPassword
            | Self::WrongPassword => "Please check the input",
            Self::SignInNeeded => "Please sign in",
            Self::NoWorkspace => "No workspace",
            Self::Forbidden { .. } => "Not allowed",
            Self::BadCredentials => "Not signed in",
            Self::TooMany => "Too many attempts",
            Self::EmailTaken | Self::IdentityTaken => "Already known",
            Self::LastAdmin => "The last admin",
            Self::NotInvited | Self::NoAccountYet => "Not invited",
            Self::OrganisationFailed
            | Self::OrganisationDeclined
            | Self::OrganisationAway
            | Self::OrganisationWithoutEmail => "Not signed in",
            Self::MoveRefused { .. } => "Not possible now",
            Self::NotFound => "Page not found",
            Self::Gone => "This link no longer works",
            Self::NameTaken => "Name already taken",
            Self::Archived => "Archived",
            Self::Conflict { .. } => "Someone else saved first",
            Self::Unavailable => "Database unavailable",
            Self::Unreachable => "No answer from the server",
            Self::Unreadable => "Request not understood",
            Self::Internal => "Something went wrong",
        }
    }
}

fn which(needs: Option<domain::access::Role>) -> &'static str {
    use domain::access::Role;
    match needs {
        Some(Role::Editor) => ": it takes an editor",
        Some(Role::Reviewer) => ": it takes a reviewer",
        Some(Role::Admin) => ": it takes an admin",
        Some(Role::Viewer) | None => "",
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => Self::Unreachable,
            ServerFnErrorErr::Deserialization(_)
            | ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::UnsupportedRequestMethod(_) => Self::Unreadable,
            ServerFnErrorErr::Serialization(_)
            | ServerFnErrorErr::Registration(_)
            | ServerFnErrorErr::ServerError(_)
            | ServerFnErrorErr::MiddlewareError(_) => Self::Internal,
        }
    }
}

#[cfg(feature = "ssr")]
impl From<store::StoreError> for AppError {
    /// Translates and logs: the store's words go to the log, ours to the visitor.
    fn from(error: store::StoreError) -> Self {
        match error {
            store::StoreError::NotFound => Self::NotFound,
            store::StoreError::NameTaken => Self::NameTaken,
            store::StoreError::Archived => Self::Archived,
            store::StoreError::WeakPassword(weak) => match weak {
                store::WeakPassword::Short => Self::ShortPassword,
                store::WeakPassword::Long => Self::LongPassword,
                store::WeakPassword::Breached => Self::BreachedPassword,
                store::WeakPassword::Obvious => Self::ObviousPassword,
            },
            store::StoreError::MoveRefused(why) => Self::MoveRefused { why },
            store::StoreError::WrongPassword => Self::WrongPassword,
            store::StoreError::EmailTaken => Self::EmailTaken,
            store::StoreError::IdentityTaken => Self::IdentityTaken,
            store::StoreError::LastAdmin => Self::LastAdmin,
            store::StoreError::NotInvited => Self::NotInvited,
            store::StoreError::Text { field: "name", .. } => Self::BadName,
            store::StoreError::Text { field: "email", .. } => Self::BadEmail,
            store::StoreError::Text { field: "version", .. } => Self::BadVersion,
            store::StoreError::Text { .. } => Self::BadText,
            store::StoreError::Conflict { current } => Self::Conflict { current },
            unavailable if unavailable.is_unavailable() => {
                tracing::warn!(
                    error = &unavailable as &dyn std::error::Error,
                    "the database cannot be reached"
                );
                Self::Unavailable
            }
            other => {
                tracing::error!(error = &other as &dyn std::error::Error, "the store failed");
                Self::Internal
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_error_survives_the_way_to_the_browser() {
        for error in
            [AppError::NotFound, AppError::Conflict { current: 7 }, AppError::Invalid { errors: vec![] }]
        {
            assert_eq!(AppError::de(error.ser()), error);
        }
    }

    #[test]
    fn unreadable_errors_become_one_that_can_be_read() {
        assert_eq!(AppError::de("not json".as_bytes().to_vec().into()), AppError::Unreadable);
    }
}
