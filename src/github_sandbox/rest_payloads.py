"""Build the REST payloads of owners and repositories.

The members are those of GitHub's OpenAPI description (the npm package `@octokit/openapi`); what
the sandbox does not have (gists, stars, forks, code) is empty or zero.
"""

from typing import Any

from github_sandbox.access import RANKS, Permission
from github_sandbox.context import Context
from github_sandbox.models import Account, Record, Repository

Json = dict[str, Any]


def base(record: Record) -> Json:
    """Return the ids of a record: its number and its node id."""
    return {"id": record.id, "node_id": record.node_id}


def dates(record: Record) -> Json:
    """Return when a record was created and updated."""
    return {"created_at": record.created_at, "updated_at": record.updated_at}


# ---- the service ---------------------------------------------------------------------------

_PAGES = "{&page,per_page,sort,order}"
_ROOT = {
    "authorizations_url": "/authorizations",
    "code_search_url": "/search/code?q={query}" + _PAGES,
    "commit_search_url": "/search/commits?q={query}" + _PAGES,
    "current_user_repositories_url": "/user/repos{?type,page,per_page,sort}",
    "current_user_url": "/user",
    "emails_url": "/user/emails",
    "emojis_url": "/emojis",
    "events_url": "/events",
    "feeds_url": "/feeds",
    "followers_url": "/user/followers",
    "following_url": "/user/following{/target}",
    "gists_url": "/gists{/gist_id}",
    "issue_search_url": "/search/issues?q={query}" + _PAGES,
    "issues_url": "/issues",
    "keys_url": "/user/keys",
    "label_search_url": "/search/labels?q={query}&repository_id={repository_id}{&page,per_page}",
    "notifications_url": "/notifications",
    "organization_repositories_url": "/orgs/{org}/repos{?type,page,per_page,sort}",
    "organization_teams_url": "/orgs/{org}/teams",
    "organization_url": "/orgs/{org}",
    "public_gists_url": "/gists/public",
    "rate_limit_url": "/rate_limit",
    "repository_search_url": "/search/repositories?q={query}" + _PAGES,
    "repository_url": "/repos/{owner}/{repo}",
    "starred_gists_url": "/gists/starred",
    "starred_url": "/user/starred{/owner}{/repo}",
    "user_organizations_url": "/user/orgs",
    "user_repositories_url": "/users/{user}/repos{?type,page,per_page,sort}",
    "user_search_url": "/search/users?q={query}" + _PAGES,
    "user_url": "/users/{user}",
}


def root(ctx: Context) -> Json:
    """Return the addresses of all resources; only some of them are simulated."""
    web = f"{ctx.web}/settings/connections/applications{{/client_id}}"
    return {
        "current_user_authorizations_html_url": web,
        **{name: ctx.api + path for name, path in _ROOT.items()},
    }


# ---- owners --------------------------------------------------------------------------------

_PERSONAL_PLAN = {"name": "free", "space": 976562499, "collaborators": 0, "private_repos": 10000}
_ORGANIZATION_PLAN = {
    "name": "free",
    "space": 976562499,
    "private_repos": 10000,
    "filled_seats": 1,
    "seats": 0,
}

_ACCOUNT_URLS = (
    ("followers_url", "/followers"),
    ("following_url", "/following{/other_user}"),
    ("gists_url", "/gists{/gist_id}"),
    ("starred_url", "/starred{/owner}{/repo}"),
    ("subscriptions_url", "/subscriptions"),
    ("organizations_url", "/orgs"),
    ("repos_url", "/repos"),
    ("events_url", "/events{/privacy}"),
    ("received_events_url", "/received_events"),
)


def account(ctx: Context, record: Account) -> Json:
    """Return a user, organization or bot, as embedded in other payloads."""
    cached = ctx.accounts.get(record.id)
    if cached is not None:
        return cached
    url = f"{ctx.api}/users/{record.login}"
    payload = {
        "login": record.login,
        **base(record),
        "avatar_url": f"{ctx.web}/{record.login}.png",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{ctx.web}/{record.login}",
        **{name: url + path for name, path in _ACCOUNT_URLS},
        "type": record.kind,
        "user_view_type": "public",
        "site_admin": False,
    }
    ctx.accounts[record.id] = payload
    return payload


def _profile(ctx: Context, record: Account) -> Json:
    owned = {r.id: r for r in ctx.store.repositories.values() if r.owner == record.id}
    public = sum(not repository.is_private for repository in owned.values())
    return {
        "name": record.name,
        "company": None,
        "blog": "",
        "location": None,
        "email": None,
        "hireable": None,
        "bio": None,
        "twitter_username": None,
        "public_repos": public,
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        **dates(record),
    }


def user(ctx: Context, record: Account) -> Json:
    """Return an account, as everybody sees it."""
    return {**account(ctx, record), **_profile(ctx, record)}


def permission(ctx: Context, record: Account) -> Json:
    """Return a permission in a repository; `permission` has fewer values than `role_name`."""
    role, rank = record.permission, RANKS[record.permission]  # type: ignore[index] # one of them
    word = {"maintain": "write", "triage": "read"}.get(role, role)
    allowed = {name: rank >= RANKS[level] for name, level in _LEVELS}
    person = {**account(ctx, record), "permissions": allowed, "role_name": role}
    return {"permission": word, "role_name": role, "user": person}


def authenticated_user(ctx: Context, record: Account) -> Json:
    """Return the viewer's own account, with private values."""
    return {
        **user(ctx, record),
        "user_view_type": "private",
        **_private_counts(ctx, record),
        "two_factor_authentication": True,
        "plan": _PERSONAL_PLAN,
    }


def _private_counts(ctx: Context, record: Account) -> Json:
    owned = {r.id: r for r in ctx.store.repositories.values() if r.owner == record.id}
    private = sum(repository.is_private for repository in owned.values())
    return {
        "private_gists": 0,
        "total_private_repos": private,
        "owned_private_repos": private,
        "disk_usage": 0,
        "collaborators": 0,
    }


def organization_short(ctx: Context, record: Account) -> Json:
    """Return an organization, as in lists and in the administration of an Enterprise Server."""
    url = f"{ctx.api}/orgs/{record.login}"
    return {
        "login": record.login,
        **base(record),
        "url": url,
        "repos_url": f"{url}/repos",
        "events_url": f"{url}/events",
        "hooks_url": f"{url}/hooks",
        "issues_url": f"{url}/issues",
        "members_url": f"{url}/members{{/member}}",
        "public_members_url": f"{url}/public_members{{/member}}",
        "avatar_url": f"{ctx.web}/{record.login}.png",
        "description": None,
    }


_OWNERS_VIEW: Json = {
    "billing_email": "billing@example.org",
    "default_repository_permission": "read",
    "default_repository_branch": "main",
    "members_allowed_repository_creation_type": "all",
    "secret_scanning_push_protection_custom_link": None,
    **dict.fromkeys(
        (
            *("members_can_create_repositories", "members_can_create_public_repositories"),
            *("members_can_create_private_repositories", "members_can_create_pages"),
            *("members_can_create_public_pages", "members_can_create_private_pages"),
            *("members_can_delete_repositories", "members_can_change_repo_visibility"),
            *("members_can_invite_outside_collaborators", "members_can_create_teams"),
            *("members_can_view_dependency_insights", "readers_can_create_discussions"),
            "deploy_keys_enabled_for_repositories",
        ),
        True,
    ),
    **dict.fromkeys(
        (
            *("two_factor_requirement_enabled", "members_can_create_internal_repositories"),
            *("members_can_fork_private_repositories", "web_commit_signoff_required"),
            *("members_can_delete_issues", "display_commenter_full_name_setting_enabled"),
            "advanced_security_enabled_for_new_repositories",
            "dependabot_alerts_enabled_for_new_repositories",
            "dependabot_security_updates_enabled_for_new_repositories",
            "dependency_graph_enabled_for_new_repositories",
            "secret_scanning_enabled_for_new_repositories",
            "secret_scanning_push_protection_enabled_for_new_repositories",
            "secret_scanning_push_protection_custom_link_enabled",
            "secret_scanning_validity_checks_enabled",
        ),
        False,
    ),
}
"""Settings of an organization that only its owners see (recorded 2026)."""


def organization(ctx: Context, record: Account) -> Json:
    """Return an organization; its owners also see its settings."""
    profile = _profile(ctx, record)
    shown = (
        *("company", "twitter_username"),
        *("public_repos", "public_gists", "followers", "following", "created_at", "updated_at"),
    )
    private: Json = {}
    if ctx.viewer.grant.permission == "admin":
        counts = _private_counts(ctx, record)
        private = {**counts, **_OWNERS_VIEW, "plan": _ORGANIZATION_PLAN}
    return {
        **organization_short(ctx, record),
        "blog": f"https://{record.login}.example",
        "location": "",
        "email": "",
        "name": record.name or record.login,
        "is_verified": False,
        "has_organization_projects": True,
        "has_repository_projects": True,
        "html_url": f"{ctx.web}/{record.login}",
        "type": record.kind,
        **{name: profile[name] for name in shown},
        "archived_at": None,
        **private,
    }


# ---- repositories --------------------------------------------------------------------------

_LEVELS: tuple[tuple[str, Permission], ...] = (
    ("admin", "admin"),
    ("maintain", "maintain"),
    ("push", "write"),
    ("triage", "triage"),
    ("pull", "read"),
)

_REPOSITORY_URLS = (
    ("forks_url", "/forks"),
    ("keys_url", "/keys{/key_id}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("teams_url", "/teams"),
    ("hooks_url", "/hooks"),
    ("issue_events_url", "/issues/events{/number}"),
    ("events_url", "/events"),
    ("assignees_url", "/assignees{/user}"),
    ("branches_url", "/branches{/branch}"),
    ("tags_url", "/tags"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("trees_url", "/git/trees{/sha}"),
    ("statuses_url", "/statuses/{sha}"),
    ("languages_url", "/languages"),
    ("stargazers_url", "/stargazers"),
    ("contributors_url", "/contributors"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("commits_url", "/commits{/sha}"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("comments_url", "/comments{/number}"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("contents_url", "/contents/{+path}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("merges_url", "/merges"),
    ("archive_url", "/{archive_format}{/ref}"),
    ("downloads_url", "/downloads"),
    ("issues_url", "/issues{/number}"),
    ("pulls_url", "/pulls{/number}"),
    ("milestones_url", "/milestones{/number}"),
    ("notifications_url", "/notifications{?since,all,participating}"),
    ("labels_url", "/labels{/name}"),
    ("releases_url", "/releases{/id}"),
    ("deployments_url", "/deployments"),
)

_NO_CODE: Json = {
    "size": 0,
    "language": None,
    "license": None,
    "homepage": None,
    "mirror_url": None,
    "topics": [],
    "has_wiki": False,
    "has_pages": False,
    "has_downloads": False,
    "has_discussions": False,
    "is_template": False,
    "allow_forking": True,
    "web_commit_signoff_required": False,
    **dict.fromkeys(("forks", "forks_count", "stargazers_count"), 0),
    **dict.fromkeys(("watchers", "watchers_count"), 0),
}

_MERGING: Json = {
    "allow_squash_merge": True,
    "allow_merge_commit": True,
    "allow_rebase_merge": True,
    "allow_auto_merge": False,
    "delete_branch_on_merge": False,
    "allow_update_branch": False,
    "use_squash_pr_title_as_default": False,
    "squash_merge_commit_message": "COMMIT_MESSAGES",
    "squash_merge_commit_title": "COMMIT_OR_PR_TITLE",
    "merge_commit_message": "PR_TITLE",
    "merge_commit_title": "MERGE_MESSAGE",
}
"""Settings of a repository that those who may push see."""

_SECURITY: Json = {
    name: {"status": "disabled"}
    for name in (
        *("secret_scanning", "secret_scanning_push_protection", "dependabot_security_updates"),
        *("secret_scanning_non_provider_patterns", "secret_scanning_validity_checks"),
    )
}
"""Settings of a repository that its admins see."""


def repository(ctx: Context, record: Repository) -> Json:
    """Return a repository, with the settings that the viewer may see."""
    rank = RANKS[ctx.viewer.permission(ctx.store.full_name(record))]
    shown = {
        **repository_short(ctx, record),
        "temp_clone_token": "",
        "network_count": 0,
        "subscribers_count": 0,
        **(_MERGING if rank >= RANKS["write"] else {}),
        **({"security_and_analysis": _SECURITY} if rank >= RANKS["admin"] else {}),
    }
    owner = ctx.store.get(Account, record.owner)
    if owner.kind == "Organization":
        shown["organization"] = account(ctx, owner)
        shown["custom_properties"] = {}
    return shown


def repository_short(ctx: Context, record: Repository) -> Json:
    """Return a repository as other payloads embed it, with the viewer's permissions."""
    full_name = ctx.store.full_name(record)
    url, page = f"{ctx.api}/repos/{full_name}", f"{ctx.web}/{full_name}"
    owner = ctx.store.get(Account, record.owner)
    rank = RANKS[ctx.viewer.permission(full_name)]
    opened = sum(i.state == "OPEN" for i in ctx.store.issues.get(record.id, {}).values())
    return {
        **base(record),
        "name": record.name,
        "full_name": full_name,
        "private": record.is_private,
        "owner": account(ctx, owner),
        "html_url": page,
        "description": record.description,
        "fork": False,
        "url": url,
        **{name: url + path for name, path in _REPOSITORY_URLS},
        **dates(record),
        "pushed_at": record.created_at,
        "git_url": f"git:{page.partition(':')[2]}.git",
        "ssh_url": f"git@{page.partition('//')[2].replace('/', ':', 1)}.git",
        "clone_url": f"{page}.git",
        "svn_url": page,
        **_NO_CODE,
        "has_issues": record.has_issues,
        "has_projects": True,
        "has_pull_requests": True,
        "pull_request_creation_policy": "all",
        "archived": record.is_archived,
        "disabled": record.is_disabled,
        "visibility": "private" if record.is_private else "public",
        "default_branch": "main",
        "open_issues_count": opened,
        "open_issues": opened,
        "permissions": {name: rank >= RANKS[level] for name, level in _LEVELS},
    }
