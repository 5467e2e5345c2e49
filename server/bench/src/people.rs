//! The people of the site: the one who sets it up and writes, and the one who reviews.

use crate::{
    client::{Ask, Client},
    error::Result,
};

/// Cookies that a browser gets.
const SESSION: &str = "parsimony_session";
const INVITATION: &str = "parsimony_invitation";
const TOKEN: &str = "parsimony_new_token";

/// Long enough for the server; nobody else reaches it.
const PASSWORD: &str = "nine measured furlongs of rope";

/// Who works on the site.
#[derive(Debug, Clone)]
pub struct People {
    /// The admin's session. The admin writes and proposes everything.
    pub admin: String,
    /// A token for programs in the admin's name.
    pub token: String,
    /// The session of a reviewer, for whom the proposals wait.
    pub reviewer: String,
}

impl People {
    /// Comes in as people do: by the link that the server printed, by an invitation, and by forms.
    ///
    /// # Errors
    /// [`crate::error::BenchError::Refused`] and whatever else can go wrong with a request.
    pub async fn come_in(client: &mut Client, setup_link: &str) -> Result<Self> {
        let admin = accept(client, setup_link, ("Ada", "ada@bench.example")).await?;
        let token = [("name", "The measure"), ("days", "7"), ("may_write", "true")];
        let made = client.send(&Ask::form("/api/tokens/create", &token).signed_in(&admin)).await?;
        made.went_to("/settings/tokens#")?;
        let token = made.cookie(TOKEN)?;
        let invite = Ask::form("/api/members/invite", &[("email", ""), ("role", "reviewer")]);
        let invited = client.send(&invite.signed_in(&admin)).await?;
        invited.went_to("/settings/members#")?;
        let link = invited.cookie(INVITATION)?;
        let secret = link.rsplit('/').next().unwrap_or_default();
        let reviewer = accept(client, secret, ("Grace", "grace@bench.example")).await?;
        Ok(Self { admin, token, reviewer })
    }
}

/// Makes an account by an invitation; returns its session.
async fn accept(client: &mut Client, secret: &str, (name, email): (&str, &str)) -> Result<String> {
    let account = [("token", secret), ("name", name), ("email", email), ("password", PASSWORD)];
    let accepted = client.send(&Ask::form("/api/invitations/accept", &account)).await?;
    accepted.went_to("/portfolios")?;
    accepted.cookie(SESSION)
}
