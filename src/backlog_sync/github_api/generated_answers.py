"""What GitHub answers to our documents. Generated: do not edit.

`python -m tests.contract.answer_types` writes this file from `queries/*.graphql` and GitHub's
published schema. Enumerations are `str`: servers of other versions have other values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from typing import NotRequired, TypedDict
else:
    # An answer is a dict, and a real TypedDict takes ten times as long to make: 20 ms in all.
    TypedDict = dict

N = TypeVar("N")


class PageOf(TypedDict):
    hasNextPage: bool
    endCursor: str | None


class Nodes(TypedDict, Generic[N]):
    nodes: list[N | None] | None


class Page(Nodes[N], Generic[N]):
    pageInfo: PageOf


class RepositoryWithNameWithOwner(TypedDict):
    nameWithOwner: str


class IssueFieldsActor(TypedDict):
    __typename: str
    login: str
    id: str


class LabelWithName(TypedDict):
    name: str


class UserWithLogin(TypedDict):
    login: str


class MilestoneWithTitle(TypedDict):
    title: str


class IssueTypeWithName(TypedDict):
    name: str


class FieldValueIssueFields(TypedDict):
    name: str


class IssueFieldSingleSelectOptionWithName(TypedDict):
    name: str


class FieldValue(TypedDict):
    field: FieldValueIssueFields | None
    text: NotRequired[str]
    number: NotRequired[float]
    date: NotRequired[str]
    name: NotRequired[str]
    options: NotRequired[list[IssueFieldSingleSelectOptionWithName] | None]


class IssueLink(TypedDict):
    id: str
    number: int
    repository: RepositoryWithNameWithOwner


class IssueFieldsIssue(TypedDict):
    id: str
    childState: NotRequired[str]
    childReason: NotRequired[str | None]


class Blocker(IssueLink):
    state: str


class ClosingPullActor(TypedDict):
    __typename: str
    login: str
    id: str


class ClosingPull(TypedDict):
    number: int
    title: str
    url: str
    state: str
    isDraft: bool
    repository: RepositoryWithNameWithOwner
    authorAssociation: str
    author: ClosingPullActor | None


class RefWithName(TypedDict):
    name: str


class IssueFieldsLinkedBranch(TypedDict):
    ref: RefWithName | None


class IssueFields(TypedDict):
    id: str
    number: int
    title: str
    body: str
    url: str
    state: str
    stateReason: str | None
    createdAt: str
    updatedAt: str
    closedAt: str | None
    repository: RepositoryWithNameWithOwner
    authorAssociation: str
    author: IssueFieldsActor | None
    labels: Nodes[LabelWithName] | None
    assignees: Nodes[UserWithLogin]
    milestone: MilestoneWithTitle | None
    issueType: NotRequired[IssueTypeWithName | None]
    issueFieldValues: NotRequired[Nodes[FieldValue] | None]
    parent: NotRequired[IssueLink | None]
    subIssues: NotRequired[Nodes[IssueFieldsIssue]]
    blockedBy: NotRequired[Page[Blocker]]
    closedByPullRequestsReferences: NotRequired[Nodes[ClosingPull] | None]
    linkedBranches: NotRequired[Nodes[IssueFieldsLinkedBranch]]


class IssueWithId(TypedDict):
    id: str


class IssueStanding(TypedDict):
    id: str
    title: str
    body: str
    state: str
    stateReason: str | None
    milestone: MilestoneWithTitle | None
    issueType: NotRequired[IssueTypeWithName | None]
    issueFieldValues: NotRequired[Nodes[FieldValue] | None]
    parent: NotRequired[IssueWithId | None]


class RepositoryWithId(TypedDict):
    id: str


class LabelWithId(TypedDict):
    id: str


class MilestoneWithId(TypedDict):
    id: str


class IssueTypeWithId(TypedDict):
    id: str


class CreatedIssue(TypedDict):
    id: str
    number: int
    url: str
    repository: RepositoryWithId
    labels: Nodes[LabelWithId] | None
    assignees: Nodes[UserWithLogin]
    milestone: MilestoneWithId | None
    issueType: NotRequired[IssueTypeWithId | None]
    issueFieldValues: NotRequired[Nodes[FieldValue] | None]
    parent: NotRequired[IssueWithId | None]


class FieldOption(TypedDict):
    id: str
    name: str
    color: str
    description: str | None


class FieldDefinition(TypedDict):
    id: str
    name: str
    dataType: str
    visibility: str
    options: NotRequired[list[FieldOption]]


class IssuePage(Page[IssueFields]):
    totalCount: int


class LabelPageLabel(TypedDict):
    id: str
    name: str
    color: str
    description: str | None


class LabelPage(Page[LabelPageLabel]):
    pass


class IssueConnectionWithTotalCount(TypedDict):
    totalCount: int


class MilestonePageMilestone(TypedDict):
    id: str
    number: int
    title: str
    state: str
    dueOn: str | None
    description: str | None
    openIssues: NotRequired[IssueConnectionWithTotalCount]


class MilestonePage(Page[MilestonePageMilestone]):
    pass


class RepositoryOwnerWithTypenameIdLogin(TypedDict):
    __typename: str
    id: str
    login: str


class RepositoryItself(TypedDict):
    id: str
    nameWithOwner: str
    owner: RepositoryOwnerWithTypenameIdLogin
    viewerPermission: str | None
    hasIssuesEnabled: bool
    isArchived: bool
    isDisabled: bool
    isLocked: bool
    isPrivate: bool
    issueCreationPolicy: NotRequired[str | None]
    viewerCanCreateIssues: NotRequired[bool | None]


class IssueTypeWithIdNameIsEnabled(TypedDict):
    id: str
    name: str
    isEnabled: bool


class RepositoryDefinitions(RepositoryItself):
    labels: LabelPage | None
    milestones: MilestonePage | None
    issueTypes: NotRequired[Nodes[IssueTypeWithIdNameIsEnabled] | None]


class RepositoryFields(RepositoryDefinitions):
    issueFields: NotRequired[Nodes[FieldDefinition] | None]
    issues: IssuePage


class BoardFieldProjectV2SingleSelectFieldOption(TypedDict):
    id: str
    name: str
    color: str
    description: str


class BoardFieldProjectV2MultiSelectFieldOption(TypedDict):
    id: str
    name: str
    color: str
    description: str


class BoardIteration(TypedDict):
    id: str
    title: str
    startDate: str
    duration: int


class BoardFieldProjectV2IterationFieldConfiguration(TypedDict):
    iterations: list[BoardIteration]
    completedIterations: list[BoardIteration]


class BoardField(TypedDict):
    id: str
    restId: NotRequired[int | None]
    name: str
    dataType: str
    options: NotRequired[list[BoardFieldProjectV2SingleSelectFieldOption]]
    multiSelectOptions: NotRequired[list[BoardFieldProjectV2MultiSelectFieldOption]]
    configuration: NotRequired[BoardFieldProjectV2IterationFieldConfiguration]


class IterationCardPageProjectV2ItemContent(TypedDict):
    title: NotRequired[str]


class IterationCardPageProjectV2ItemFieldValue(TypedDict):
    title: NotRequired[str]
    startDate: NotRequired[str]


class IterationCardPageProjectV2Item(TypedDict):
    id: str
    isArchived: bool
    content: IterationCardPageProjectV2ItemContent | None
    value: IterationCardPageProjectV2ItemFieldValue | None


class IterationCardPage(Page[IterationCardPageProjectV2Item]):
    totalCount: int


class BoardFieldsActor(TypedDict):
    id: str


class FieldName(TypedDict):
    name: str


class BoardViewProjectV2SortByField(TypedDict):
    direction: str
    field: FieldName


class BoardView(TypedDict):
    id: str
    number: int
    name: str
    layout: str
    filter: str | None
    groupByFields: NotRequired[Nodes[FieldName] | None]
    verticalGroupByFields: NotRequired[Nodes[FieldName] | None]
    sortByFields: NotRequired[Nodes[BoardViewProjectV2SortByField] | None]


class ProjectV2WorkflowWithNameEnabled(TypedDict):
    name: str
    enabled: bool


class BoardFields(TypedDict):
    id: str
    number: int
    title: str
    url: str
    public: bool
    closed: bool
    shortDescription: str | None
    readme: str | None
    viewerCanUpdate: bool
    createdAt: str
    creator: BoardFieldsActor | None
    fields: Nodes[BoardField]
    views: Nodes[BoardView]
    workflows: NotRequired[Nodes[ProjectV2WorkflowWithNameEnabled]]
    repositories: Page[RepositoryWithId]


class ProjectV2WithNumberTitleClosed(TypedDict):
    number: int
    title: str
    closed: bool


class NewBoardProjectV2Owner(TypedDict):
    projectsV2: Nodes[ProjectV2WithNumberTitleClosed]


class NewBoard(BoardFields):
    owner: NewBoardProjectV2Owner


class BoardPage(Page[BoardFields]):
    pass


class ProjectV2WithTitle(TypedDict):
    title: str


class BoardOwnerProjectV2Connection(Nodes[ProjectV2WithTitle]):
    totalCount: int


class BoardOwner(TypedDict):
    __typename: str
    id: str
    login: str
    projectsV2: NotRequired[BoardPage]
    listed: NotRequired[BoardOwnerProjectV2Connection]
    projectV2: NotRequired[BoardFields | None]


class CommentPageActor(TypedDict):
    id: str


class CommentPageIssueComment(TypedDict):
    id: str
    body: str
    viewerDidAuthor: bool
    lastEditedAt: str | None
    editor: CommentPageActor | None


class CommentPage(Page[CommentPageIssueComment]):
    pass


class ActorWithLogin(TypedDict):
    login: str


class IssueTalkIssueComment(TypedDict):
    author: ActorWithLogin | None
    authorAssociation: str
    body: str
    createdAt: str
    isMinimized: bool
    url: str


class IssueTalkIssueCommentConnection(Nodes[IssueTalkIssueComment]):
    totalCount: int


class IssueTalk(TypedDict):
    title: str
    url: str
    body: str
    closed: bool
    comments: IssueTalkIssueCommentConnection


class DiscussionRemark(TypedDict):
    author: ActorWithLogin | None
    authorAssociation: str
    body: str
    createdAt: str
    isMinimized: bool
    url: str


class DiscussionTalkDiscussionCommentConnection(Nodes[DiscussionRemark]):
    totalCount: int


class DiscussionTalkDiscussionComment(DiscussionRemark):
    replies: DiscussionTalkDiscussionCommentConnection


class DiscussionTalkComments(Nodes[DiscussionTalkDiscussionComment]):
    totalCount: int


class DiscussionTalk(TypedDict):
    title: str
    url: str
    body: str
    closed: bool
    isAnswered: bool | None
    comments: DiscussionTalkComments


class ProjectV2MultiSelectFieldOptionWithName(TypedDict):
    name: str


class ProjectV2IssueFieldValuesWithTypename(TypedDict):
    __typename: str


class BoardValue(TypedDict):
    text: NotRequired[str | None]
    number: NotRequired[float | None]
    date: NotRequired[str | None]
    name: NotRequired[str | None]
    title: NotRequired[str]
    options: NotRequired[list[ProjectV2MultiSelectFieldOptionWithName] | None]
    issueFieldValue: NotRequired[ProjectV2IssueFieldValuesWithTypename | None]


class InputValueWithName(TypedDict):
    name: str


class InputsType(TypedDict):
    inputFields: list[InputValueWithName] | None


class TypeWithName(TypedDict):
    name: str | None


class EnumValueWithName(TypedDict):
    name: str


class InputsCustomFieldTypes(TypedDict):
    enumValues: list[EnumValueWithName] | None


class Inputs(TypedDict):
    createIssueInput: InputsType | None
    optionInput: InputsType | None
    closeIssueInput: InputsType | None
    viewInput: InputsType | None
    linkEvent: TypeWithName | None
    customFieldTypes: NotRequired[InputsCustomFieldTypes | None]


class RateLimitWithCost(TypedDict):
    cost: int


class UserWithIdLogin(TypedDict):
    id: str
    login: str


class Overview(Inputs):
    rateLimit: RateLimitWithCost | None
    viewer: UserWithIdLogin
    repository: RepositoryFields | None


class OverviewWithBoard(Inputs):
    rateLimit: RateLimitWithCost | None
    viewer: UserWithIdLogin
    repository: RepositoryFields | None
    repositoryOwner: BoardOwner | None


class IssuesPageRepository(TypedDict):
    issues: IssuePage


class IssuesPage(TypedDict):
    rateLimit: RateLimitWithCost | None
    repository: IssuesPageRepository | None


class IssuesTouchedRepository(TypedDict):
    issues: IssuePage


class IssuesTouched(TypedDict):
    rateLimit: RateLimitWithCost | None
    repository: IssuesTouchedRepository | None


class RepositoriesAtRepository(RepositoryDefinitions):
    issues: IssuePage


class RepositoriesAt(TypedDict):
    rateLimit: RateLimitWithCost | None
    at0: NotRequired[RepositoriesAtRepository | None]


class IssuePagesAtRepository(TypedDict):
    nameWithOwner: str
    issues: IssuePage


class IssuePagesAt(TypedDict):
    rateLimit: RateLimitWithCost | None
    at0: NotRequired[IssuePagesAtRepository | None]


class RecentIssuesAtRepository(TypedDict):
    nameWithOwner: str
    issues: IssuePage


class RecentIssuesAt(TypedDict):
    rateLimit: RateLimitWithCost | None
    at0: NotRequired[RecentIssuesAtRepository | None]


class IssueWithNumberBody(TypedDict):
    number: int
    body: str


class TouchedAtRepository(TypedDict):
    nameWithOwner: str
    issues: Nodes[IssueWithNumberBody]


class TouchedAt(TypedDict):
    rateLimit: RateLimitWithCost | None
    at0: NotRequired[TouchedAtRepository | None]


class IssueNumbersAtRepository(TypedDict):
    nameWithOwner: str
    issue: IssueFields | None


class IssueNumbersAt(TypedDict):
    rateLimit: RateLimitWithCost | None
    at0: NotRequired[IssueNumbersAtRepository | None]


class IssuesByNumberRepository(TypedDict):
    nameWithOwner: str
    number0: NotRequired[IssueFields | None]


class IssuesByNumber(TypedDict):
    rateLimit: RateLimitWithCost | None
    repository: IssuesByNumberRepository | None


class IssuesAtRepository(TypedDict):
    issue: IssueLink | None


class IssuesAt(TypedDict):
    rateLimit: RateLimitWithCost | None
    at0: NotRequired[IssuesAtRepository | None]


class TalksAtRepository(TypedDict):
    talk: IssueTalk | None


class TalksAt(TypedDict):
    rateLimit: RateLimitWithCost | None
    at0: NotRequired[TalksAtRepository | None]


class DiscussionTalksAtRepository(TypedDict):
    talk: DiscussionTalk | None


class DiscussionTalksAt(TypedDict):
    rateLimit: RateLimitWithCost | None
    at0: NotRequired[DiscussionTalksAtRepository | None]


class IssuesById(TypedDict):
    rateLimit: RateLimitWithCost | None
    nodes: list[IssueFields | None]


class IssuesStanding(TypedDict):
    rateLimit: RateLimitWithCost | None
    nodes: list[IssueStanding | None]


class CardsStandingProjectV2FieldConfiguration(TypedDict):
    id: str


class CardsStandingProjectV2ItemFieldValue(BoardValue):
    field: NotRequired[CardsStandingProjectV2FieldConfiguration]


class CardsStandingNode(TypedDict):
    id: NotRequired[str]
    fieldValues: NotRequired[Nodes[CardsStandingProjectV2ItemFieldValue]]


class CardsStanding(TypedDict):
    rateLimit: RateLimitWithCost | None
    nodes: list[CardsStandingNode | None]


class FieldsStanding(TypedDict):
    rateLimit: RateLimitWithCost | None
    nodes: list[BoardField | None]


class ProjectV2IterationFieldConfigurationWithDuration(TypedDict):
    duration: int


class IterationFieldNode(TypedDict):
    id: NotRequired[str]
    restId: NotRequired[int | None]
    name: NotRequired[str]
    dataType: NotRequired[str]
    options: NotRequired[list[BoardFieldProjectV2SingleSelectFieldOption]]
    multiSelectOptions: NotRequired[list[BoardFieldProjectV2MultiSelectFieldOption]]
    configuration: NotRequired[BoardFieldProjectV2IterationFieldConfiguration]
    settings: NotRequired[ProjectV2IterationFieldConfigurationWithDuration]


class IterationField(TypedDict):
    rateLimit: RateLimitWithCost | None
    node: IterationFieldNode | None


class IterationCardsNode(TypedDict):
    items: NotRequired[IterationCardPage]


class IterationCards(TypedDict):
    rateLimit: RateLimitWithCost | None
    node: IterationCardsNode | None


class ShownIterationCardsNode(TypedDict):
    items: NotRequired[IterationCardPage]


class ShownIterationCards(TypedDict):
    rateLimit: RateLimitWithCost | None
    node: ShownIterationCardsNode | None


class BoardsStandingNode(TypedDict):
    id: NotRequired[str]
    public: NotRequired[bool]
    shortDescription: NotRequired[str | None]
    readme: NotRequired[str | None]
    number: NotRequired[int]
    name: NotRequired[str]
    layout: NotRequired[str]
    filter: NotRequired[str | None]
    groupByFields: NotRequired[Nodes[FieldName] | None]
    verticalGroupByFields: NotRequired[Nodes[FieldName] | None]
    sortByFields: NotRequired[Nodes[BoardViewProjectV2SortByField] | None]


class BoardsStanding(TypedDict):
    rateLimit: RateLimitWithCost | None
    nodes: list[BoardsStandingNode | None]


class DefinitionsStandingNode(TypedDict):
    id: NotRequired[str]
    name: NotRequired[str]
    color: NotRequired[str]
    description: NotRequired[str | None]
    number: NotRequired[int]
    title: NotRequired[str]
    state: NotRequired[str]
    dueOn: NotRequired[str | None]
    about: NotRequired[str | None]


class DefinitionsStanding(TypedDict):
    rateLimit: RateLimitWithCost | None
    nodes: list[DefinitionsStandingNode | None]


class BlockersPageNode(TypedDict):
    blockedBy: NotRequired[Page[Blocker]]


class BlockersPage(TypedDict):
    rateLimit: RateLimitWithCost | None
    node: BlockersPageNode | None


class LabelsPageRepository(TypedDict):
    labels: LabelPage | None


class LabelsPage(TypedDict):
    rateLimit: RateLimitWithCost | None
    repository: LabelsPageRepository | None


class MilestonesPageRepository(TypedDict):
    milestones: MilestonePage | None


class MilestonesPage(TypedDict):
    rateLimit: RateLimitWithCost | None
    repository: MilestonesPageRepository | None


class BoardsPageRepositoryOwner(TypedDict):
    projectsV2: BoardPage


class BoardsPage(TypedDict):
    rateLimit: RateLimitWithCost | None
    repositoryOwner: BoardsPageRepositoryOwner | None


class BoardItemsProjectV2ItemContent(TypedDict):
    id: NotRequired[str]


class BoardItemsProjectV2Item(TypedDict):
    id: str
    isArchived: bool
    cardUpdated: NotRequired[str]
    content: BoardItemsProjectV2ItemContent | None
    field0: NotRequired[BoardValue | None]


class BoardItemsNode(TypedDict):
    items: NotRequired[Page[BoardItemsProjectV2Item]]


class BoardItems(TypedDict):
    rateLimit: RateLimitWithCost | None
    node: BoardItemsNode | None


class RepositoryWithIdNameWithOwner(TypedDict):
    id: str
    nameWithOwner: str


class RepositoryId(TypedDict):
    rateLimit: RateLimitWithCost | None
    repository: RepositoryWithIdNameWithOwner | None


class IssueTypesRepository(TypedDict):
    issueTypes: NotRequired[Nodes[IssueTypeWithIdNameIsEnabled] | None]


class IssueTypes(TypedDict):
    rateLimit: RateLimitWithCost | None
    repository: IssueTypesRepository | None


class UserWithId(TypedDict):
    id: str


class Users(TypedDict):
    rateLimit: RateLimitWithCost | None
    user0: NotRequired[UserWithId | None]


class FieldWithName(TypedDict):
    name: str


class FeaturesType(TypedDict):
    fields: list[FieldWithName] | None


class Features(Inputs):
    rateLimit: RateLimitWithCost | None
    issue: FeaturesType | None
    repository: FeaturesType | None
    multiSelectField: FeaturesType | None
    multiSelectValue: FeaturesType | None


class Board(TypedDict):
    rateLimit: RateLimitWithCost | None
    repositoryOwner: BoardOwner | None


class ProjectV2WithId(TypedDict):
    id: str


class CardsOfProjectV2Item(TypedDict):
    id: str
    isArchived: bool
    project: ProjectV2WithId
    field0: NotRequired[BoardValue | None]


class CardsOfNode(TypedDict):
    id: NotRequired[str]
    projectItems: NotRequired[Nodes[CardsOfProjectV2Item]]


class CardsOf(TypedDict):
    rateLimit: RateLimitWithCost | None
    nodes: list[CardsOfNode | None]


class RepositoryCollaboratorEdgeWithPermission(TypedDict):
    permission: str


class PermissionsRepositoryCollaboratorConnection(TypedDict):
    edges: list[RepositoryCollaboratorEdgeWithPermission | None] | None


class PermissionsRepository(TypedDict):
    people: PermissionsRepositoryCollaboratorConnection | None


class Permissions(TypedDict):
    rateLimit: RateLimitWithCost | None
    at0: NotRequired[PermissionsRepository | None]


class AssignableRepository(TypedDict):
    people: Nodes[UserWithLogin]


class Assignable(TypedDict):
    rateLimit: RateLimitWithCost | None
    at0: NotRequired[AssignableRepository | None]


class SuggestedActorsActor(TypedDict):
    __typename: str
    login: str
    id: str


class SuggestedActorsRepository(TypedDict):
    people: Nodes[SuggestedActorsActor]


class SuggestedActors(TypedDict):
    rateLimit: RateLimitWithCost | None
    at0: NotRequired[SuggestedActorsRepository | None]


class AgentsStandingAssignee(TypedDict):
    login: NotRequired[str]


class AgentsStandingIssueTimelineItems(TypedDict):
    assignee: NotRequired[AgentsStandingAssignee | None]


class AgentsStandingNode(TypedDict):
    id: NotRequired[str]
    timelineItems: NotRequired[Nodes[AgentsStandingIssueTimelineItems]]


class AgentsStanding(TypedDict):
    rateLimit: RateLimitWithCost | None
    nodes: list[AgentsStandingNode | None]


class ActorWithTypenameLogin(TypedDict):
    __typename: str
    login: str


class TriageIssueTimelineItems(TypedDict):
    actor: NotRequired[ActorWithTypenameLogin | None]
    label: NotRequired[LabelWithName]
    milestoneTitle: NotRequired[str]


class TriageNode(TypedDict):
    id: NotRequired[str]
    timelineItems: NotRequired[Nodes[TriageIssueTimelineItems]]


class Triage(TypedDict):
    rateLimit: RateLimitWithCost | None
    nodes: list[TriageNode | None]


class RemovedBlockersIssueTimelineItems(TypedDict):
    blockingIssue: NotRequired[IssueLink | None]


class RemovedBlockersNode(TypedDict):
    id: NotRequired[str]
    timelineItems: NotRequired[Nodes[RemovedBlockersIssueTimelineItems]]


class RemovedBlockers(TypedDict):
    rateLimit: RateLimitWithCost | None
    nodes: list[RemovedBlockersNode | None]


class CommentsNode(TypedDict):
    comments: NotRequired[CommentPage]


class Comments(TypedDict):
    rateLimit: RateLimitWithCost | None
    viewer: UserWithId
    node: CommentsNode | None


class StatusUpdatesActor(TypedDict):
    id: str


class StatusUpdatesProjectV2StatusUpdate(TypedDict):
    id: str
    body: str | None
    status: str | None
    createdAt: str
    creator: StatusUpdatesActor | None


class StatusUpdatesNode(TypedDict):
    statusUpdates: NotRequired[Nodes[StatusUpdatesProjectV2StatusUpdate]]


class StatusUpdates(TypedDict):
    rateLimit: RateLimitWithCost | None
    viewer: UserWithId
    node: StatusUpdatesNode | None


class CheckupRateLimit(TypedDict):
    cost: int
    limit: int
    remaining: int
    resetAt: str


class CheckupRepository(RepositoryItself):
    issueTypes: NotRequired[Nodes[IssueTypeWithIdNameIsEnabled] | None]
    issueFields: NotRequired[Nodes[FieldDefinition] | None]


class Checkup(TypedDict):
    rateLimit: CheckupRateLimit | None
    viewer: UserWithIdLogin
    repository: CheckupRepository | None


class CheckupsAt(TypedDict):
    rateLimit: RateLimitWithCost | None
    at0: NotRequired[RepositoryItself | None]


class Viewer(TypedDict):
    rateLimit: RateLimitWithCost | None
    viewer: UserWithIdLogin


class CreateIssue(TypedDict):
    issue: CreatedIssue | None


class CreateIssueOnBoardProjectV2Item(TypedDict):
    id: str
    project: ProjectV2WithId


class CreateIssueOnBoardIssue(CreatedIssue):
    projectItems: NotRequired[Nodes[CreateIssueOnBoardProjectV2Item]]


class CreateIssueOnBoard(TypedDict):
    issue: CreateIssueOnBoardIssue | None


class UpdateIssueIssue(TypedDict):
    id: str
    number: int
    url: str
    milestone: MilestoneWithId | None
    issueType: NotRequired[IssueTypeWithId | None]


class UpdateIssue(TypedDict):
    issue: UpdateIssueIssue | None


class SetIssueFieldsIssue(TypedDict):
    id: str
    number: int
    url: str
    issueFieldValues: NotRequired[Nodes[FieldValue] | None]


class SetIssueFields(TypedDict):
    issue: SetIssueFieldsIssue | None


class IssueWithIdNumberUrl(TypedDict):
    id: str
    number: int
    url: str


class CloseIssue(TypedDict):
    issue: IssueWithIdNumberUrl | None


class ReopenIssue(TypedDict):
    issue: IssueWithIdNumberUrl | None


class AddLabelsLabelable(TypedDict):
    labels: Nodes[LabelWithId] | None


class AddLabels(TypedDict):
    labelable: AddLabelsLabelable | None


class RemoveLabelsLabelable(TypedDict):
    labels: Nodes[LabelWithId] | None


class RemoveLabels(TypedDict):
    labelable: RemoveLabelsLabelable | None


class AddAssigneesAssignable(TypedDict):
    assignees: Nodes[UserWithLogin]


class AddAssignees(TypedDict):
    assignable: AddAssigneesAssignable | None


class RemoveAssigneesAssignable(TypedDict):
    assignees: Nodes[UserWithLogin]


class RemoveAssignees(TypedDict):
    assignable: RemoveAssigneesAssignable | None


class AddSubIssue(TypedDict):
    subIssue: IssueWithIdNumberUrl | None


class RemoveSubIssue(TypedDict):
    subIssue: IssueWithIdNumberUrl | None


class MoveSubIssue(TypedDict):
    issue: IssueWithIdNumberUrl | None


class AddBlockedByIssue(IssueStanding):
    number: int
    url: str


class AddBlockedBy(TypedDict):
    issue: AddBlockedByIssue | None


class RemoveBlockedBy(TypedDict):
    issue: IssueWithIdNumberUrl | None


class LabelWithIdUrl(TypedDict):
    id: str
    url: str


class CreateLabel(TypedDict):
    label: LabelWithIdUrl | None


class UpdateLabel(TypedDict):
    label: LabelWithIdUrl | None


class CreateIssueField(TypedDict):
    issueField: FieldDefinition | None


class CreateProject(TypedDict):
    projectV2: NewBoard | None


class CopyProject(TypedDict):
    projectV2: NewBoard | None


class CreateView(TypedDict):
    projectV2View: BoardView | None


class UpdateView(TypedDict):
    projectV2View: BoardView | None


class UpdateProject(TypedDict):
    projectV2: ProjectV2WithId | None


class CloseProject(TypedDict):
    projectV2: ProjectV2WithId | None


class LinkProject(TypedDict):
    repository: RepositoryWithId | None


class CreateBoardField(TypedDict):
    projectV2Field: BoardField | None


class UpdateBoardField(TypedDict):
    projectV2Field: BoardField | None


class ShowIssueField(TypedDict):
    projectV2Field: BoardField | None


class ProjectV2ItemWithId(TypedDict):
    id: str


class AddCard(TypedDict):
    item: ProjectV2ItemWithId | None


class SetValue(TypedDict):
    projectV2Item: ProjectV2ItemWithId | None


class ClearValue(TypedDict):
    projectV2Item: ProjectV2ItemWithId | None


class IssueCommentWithIdUrl(TypedDict):
    id: str
    url: str


class AddCommentIssueCommentEdge(TypedDict):
    node: IssueCommentWithIdUrl | None


class AddComment(TypedDict):
    commentEdge: AddCommentIssueCommentEdge | None


class UpdateComment(TypedDict):
    issueComment: IssueCommentWithIdUrl | None


class ProjectV2StatusUpdateWithId(TypedDict):
    id: str


class CreateStatusUpdate(TypedDict):
    statusUpdate: ProjectV2StatusUpdateWithId | None


class UpdateStatusUpdate(TypedDict):
    statusUpdate: ProjectV2StatusUpdateWithId | None
