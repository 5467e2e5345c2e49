//! `/settings/members`: who works here, and letting others in.

use super::fields::{Line, Said, go, page, role_select, settings};
use crate::AppError;
use crate::access::{Access, allowed};
use crate::components::data_table::{Head, data_table};
use crate::functions::dates::Moment;
use crate::limits;
use crate::state::app_state;
use domain::access::{Action, Role};
use leptos::prelude::*;
use server_fn::ServerFn;
use store::{AccountId, InvitationId, InvitationRow, Member};
use time::{Duration, OffsetDateTime};

const HERE: &str = "/settings/members";

/// Days for which an invitation works.
const INVITATION_DAYS: i64 = 7;

/// The page.
#[component]
pub(super) fn MembersPage() -> impl IntoView {
    page(|| async {
        let Access { store, scope, role, who } = allowed(Action::Read)?;
        let members = store.members(scope).await?;
        let manages = role.may(Action::ManageMembers);
        let invitations = if manages { store.invitations(scope).await? } else { Vec::new() };
        let rows = members.into_iter().map(|member| row(member, manages, who.account)).collect_view();
        let body = view! {
            <section class="section" aria-labelledby="members">
                <header class="section-head">
                    <h2 class="section-title" id="members">"Members"</h2>
                    <p class="section-note">{roles()}</p>
                </header>
                {data_table("All members", &[Head::Words("Name"), Head::Words("E-mail"), Head::Words("Role"), Head::Words("Joined"), Head::Unseen("Actions")], rows)}
            </section>
            {manages.then(|| invite(invitations))}
        };
        Ok(settings("Members", "Who works in this workspace, and what each may do.", body.into_any()))
    })
}

fn roles() -> String {
    Role::ALL.map(|role| format!("{}: {}", role.name(), role.describes())).join(" ")
}

fn row(member: Member, manages: bool, myself: AccountId) -> AnyView {
    let id = member.account.to_string();
    let role = if manages {
        view! {
            <form method="post" action=SetRole::url() class="inline-form">
                <input type="hidden" name="account" value=id.clone() />
                {role_select(format!("role-{id}"), format!("Role of {}", member.name), member.role, false)}
                <button class="button button-small" type="submit" aria-label=format!("Set the role of {}", member.name)>
                    "Set"
                </button>
            </form>
        }
        .into_any()
    } else {
        member.role.name().into_any()
    };
    let remove = (manages && member.account != myself).then(|| {
        view! {
            <form method="post" action=RemoveMember::url()>
                <input type="hidden" name="account" value=id.clone() />
                <button
                    class="button button-quiet button-small"
                    type="submit"
                    aria-label=format!("Remove {}", member.name)
                >
                    "Remove"
                </button>
            </form>
        }
    });
    view! {
        <tr>
            <th scope="row">
                {member.name.clone()} {(member.account == myself).then_some(" (you)")}
            </th>
            <td>{member.email.clone()}</td>
            <td>{role}</td>
            <td class="nowrap">{Moment::from(member.joined_at).view()}</td>
            <td class="row-actions">{remove}</td>
        </tr>
    }
    .into_any()
}

fn invite(invitations: Vec<InvitationRow>) -> AnyView {
    let said = Said::now();
    let refused = said.refused("invite").map(|error| error.to_string());
    let sends_mail = app_state().is_ok_and(|state| state.sends_mail());
    let was_mailed = said.first(MAILED).is_some();
    let made = crate::response::shown_once(MADE).map(|link| {
        let words = if was_mailed {
            "The invitation is on its way by e-mail. You can also send this link yourself. \
             It works once, for seven days, and is shown only now."
        } else {
            "Send this link to the person. It works once, for seven days, and is shown only now."
        };
        view! {
            <div class="notice notice-good">
                <p>{words}</p>
                <div class="copy-field">
                    <input readonly value=link aria-label="Invitation link" />
                </div>
            </div>
        }
    });
    let rows = invitations.into_iter().map(|invitation| {
        view! {
            <tr>
                <th scope="row">{invitation.email.unwrap_or_else(|| "whoever holds the link".to_owned())}</th>
                <td>{invitation.role.name()}</td>
                <td>{invitation.invited_by.unwrap_or_default()}</td>
                <td class="nowrap">{Moment::from(invitation.expires_at).view()}</td>
                <td class="row-actions">
                    <form method="post" action=RevokeInvitation::url()>
                        <input type="hidden" name="invitation" value=invitation.id.to_string() />
                        <button class="button button-quiet button-small" type="submit">"Withdraw"</button>
                    </form>
                </td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <section class="section" aria-labelledby="invite">
            <header class="section-head">
                <h2 class="section-title" id="invite">"Invite"</h2>
                <p class="section-note">
                    "The link lets one person in. With an address it is for that person only"
                    {if sends_mail { ", who gets it by e-mail." } else { "." }}
                </p>
            </header>
            {made}
            <form class="form" method="post" action=InviteMember::url()>
                {Line {
                    kind: "email",
                    help: "Leave it out to get a link for whoever holds it.",
                    value: said.first("email").unwrap_or_default().to_owned(),
                    error: refused,
                    ..Line::text("email", "E-mail address")
                }
                    .optional("invite")}
                <div class="field">
                    {role_select("invite-role".to_owned(), "Role".to_owned(), Role::Editor, true)}
                </div>
                <div class="actions">
                    <button class="button button-primary" type="submit">"Invite"</button>
                </div>
            </form>
            {(!rows.is_empty())
                .then(|| {
                    view! {
                        {data_table("Open invitations", &[Head::Words("For"), Head::Words("Role"), Head::Words("Invited by"), Head::Words("Works until"), Head::Unseen("Actions")], rows)}
                    }
                })}
        </section>
    }
    .into_any()
}

/// Cookie with a link that is shown once.
const MADE: &str = "parsimony_invitation";

/// Parameter that says that the link was mailed as well.
const MAILED: &str = "mailed";

/// Makes an invitation, shows its link once, and mails it to the address if there is one and this server sends
/// e-mails.
///
/// # Errors
/// [`AppError::BadEmail`], [`AppError::Forbidden`], [`AppError::TooMany`] e-mails.
#[server(prefix = "/api", endpoint = "members/invite")]
pub async fn invite_member(
    #[server(default)] email: String,
    #[server(default)] role: String,
) -> Result<(), AppError> {
    let email = email.trim();
    let invited = async {
        let Access { store, scope, who, .. } = allowed(Action::ManageMembers)?;
        let role: Role = role.parse().map_err(|_| AppError::Unreadable)?;
        let is_mailed = !email.is_empty() && store.writes_emails();
        if is_mailed {
            limits::count_of(&store, limits::INVITATION_EMAILS, &who.account.to_string()).await?;
        }
        let until = OffsetDateTime::now_utc().saturating_add(Duration::days(INVITATION_DAYS));
        let link = app_state()?.public_url;
        let made = store.invite(scope, role, (!email.is_empty()).then_some(email), until).await?;
        crate::response::show_once(MADE, &format!("{link}/invitations/{}", made.token))?;
        let mailed = if is_mailed { format!("?{MAILED}=true") } else { String::new() };
        Ok(format!("{HERE}{mailed}#invite"))
    };
    let back = crate::functions::portfolios::address::with(HERE, "email", email);
    go(invited.await, &back, "invite")
}

/// Withdraws an invitation.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Forbidden`].
#[server(prefix = "/api", endpoint = "members/withdraw-invitation")]
pub async fn revoke_invitation(#[server(default)] invitation: String) -> Result<(), AppError> {
    let withdrawn = async {
        let Access { store, scope, .. } = allowed(Action::ManageMembers)?;
        let id: InvitationId = invitation.parse().map_err(|_| AppError::NotFound)?;
        store.revoke_invitation(scope, id).await?;
        Ok(format!("{HERE}?done=withdrawn"))
    };
    go(withdrawn.await, HERE, "")
}

/// Gives a member another role.
///
/// # Errors
/// [`AppError::LastAdmin`], [`AppError::NotFound`], [`AppError::Forbidden`].
#[server(prefix = "/api", endpoint = "members/role")]
pub async fn set_role(
    #[server(default)] account: String,
    #[server(default)] role: String,
) -> Result<(), AppError> {
    let set = async {
        let Access { store, scope, .. } = allowed(Action::ManageMembers)?;
        let account: AccountId = account.parse().map_err(|_| AppError::NotFound)?;
        let role: Role = role.parse().map_err(|_| AppError::Unreadable)?;
        store.set_role(scope, account, role).await?;
        Ok(format!("{HERE}?done=role"))
    };
    go(set.await, HERE, "")
}

/// Removes a member.
///
/// # Errors
/// [`AppError::LastAdmin`], [`AppError::NotFound`], [`AppError::Forbidden`].
#[server(prefix = "/api", endpoint = "members/remove")]
pub async fn remove_member(#[server(default)] account: String) -> Result<(), AppError> {
    let removed = async {
        let Access { store, scope, .. } = allowed(Action::ManageMembers)?;
        let account: AccountId = account.parse().map_err(|_| AppError::NotFound)?;
        store.remove_member(scope, account).await?;
        Ok(format!("{HERE}?done=removed"))
    };
    go(removed.await, HERE, "")
}
