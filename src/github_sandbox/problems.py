"""What the simulated GitHub refuses, in a form that both of its APIs can put into words."""


class RefusalError(Exception):
    """A request that GitHub would answer with an error.

    `type` is the GraphQL error type. For a refused value, `resource`, `field` and `code` say in
    REST's words what was wrong with which part.
    """

    def __init__(
        self,
        type_: str,
        message: str,
        *,
        resource: str = "",
        field: str = "",
        code: str = "custom",
        value: str | None = None,
    ) -> None:
        super().__init__(message)
        self.type = type_
        self.message = message
        self.resource = resource
        self.field = field
        self.code = code
        self.value = value


def invalid(resource: str, field: str, message: str, code: str = "custom") -> RefusalError:
    """A value that a record cannot take; `message` goes on after the field's name."""
    words = f"{field.replace('_', ' ').capitalize()} {message}" if field else message
    return RefusalError("UNPROCESSABLE", words, resource=resource, field=field, code=code)


def already_taken(resource: str, field: str) -> RefusalError:
    """A name that another record already has."""
    return invalid(resource, field, "has already been taken", "already_exists")


def no_node(node_id: str, kind: str | None = None) -> RefusalError:
    """A node id that leads nowhere, or to another kind of thing."""
    subject = f"{kind} node" if kind else "a node"
    return RefusalError(
        "NOT_FOUND", f"Could not resolve to {subject} with the global id of '{node_id}'."
    )


def not_found(kind: str, by: str, value: object) -> RefusalError:
    """Nothing of this kind under that name, login or number."""
    article = "an" if kind[0] in "AEIOaeio" else "a"
    shown = value if isinstance(value, int) else f"'{value}'"
    return RefusalError(
        "NOT_FOUND", f"Could not resolve to {article} {kind} with the {by} {shown}."
    )


def forbidden(message: str) -> RefusalError:
    """A thing that this token or this person may not do."""
    return RefusalError("FORBIDDEN", message)


def check_length(resource: str, field: str, text: str, limit: int) -> None:
    """Refuse a text that is longer than GitHub stores; counted in characters."""
    if len(text) > limit:
        raise invalid(resource, field, f"is too long (maximum is {limit} characters)")
