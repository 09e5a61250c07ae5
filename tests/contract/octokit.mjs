// Drives a GitHub API with Octokit: reads what is there, makes an issue, changes, closes it.
// Arguments: the API's address, owner/name. Prints JSON. It lies beside its node_modules.
import { Octokit } from "@octokit/rest";

const [baseUrl, repository] = process.argv.slice(2);
const [owner, repo] = repository.split("/");
const log = { debug() {}, info() {}, warn() {}, error() {} };
const octokit = new Octokit({ auth: "a-token", baseUrl, log });
const seen = {};

const issues = await octokit.paginate(octokit.rest.issues.listForRepo, {
  owner, repo, state: "all", per_page: 5,
});
seen.titles = issues.map((issue) => issue.title).sort();
const story = issues.find((issue) => issue.labels.some((label) => label.name === "story"));
seen.parent = (await octokit.request("GET /repos/{owner}/{repo}/issues/{n}/parent", {
  owner, repo, n: story.number,
})).data.number;
seen.milestones = (await octokit.rest.issues.listMilestones({ owner, repo, state: "all" })).data
  .map((milestone) => milestone.title);

const made = (await octokit.rest.issues.create({
  owner, repo, title: "From Octokit", body: "Text", labels: ["bug"],
})).data;
await octokit.rest.issues.update({
  owner, repo, issue_number: made.number, title: "From Octokit, changed",
});
await octokit.rest.issues.createLabel({ owner, repo, name: "octokit", color: "5319e7" });
await octokit.rest.issues.addLabels({
  owner, repo, issue_number: made.number, labels: ["octokit"],
});
await octokit.rest.issues.createComment({
  owner, repo, issue_number: made.number, body: "Said by Octokit",
});
await octokit.rest.issues.update({
  owner, repo, issue_number: made.number, state: "closed", state_reason: "not_planned",
});
const found = (await octokit.rest.issues.get({ owner, repo, issue_number: made.number })).data;
seen.made = {
  title: found.title,
  state: [found.state, found.state_reason],
  labels: found.labels.map((label) => label.name).sort(),
  comments: found.comments,
};
seen.refused = await octokit.rest.issues.createLabel({ owner, repo, name: "OCTOKIT" })
  .then(() => null, (error) => [error.status, error.message]);
seen.missing = await octokit.rest.issues.get({ owner, repo, issue_number: 9999 })
  .then(() => null, (error) => error.status);

const board = await octokit.graphql(
  `query($owner: String!) { repositoryOwner(login: $owner) { ... on ProjectV2Owner {
     projectsV2(first: 1) { nodes { title items(first: 100) { totalCount nodes {
       status: fieldValueByName(name: "Status") {
         ... on ProjectV2ItemFieldSingleSelectValue { name } } } } } } } } }`,
  { owner },
);
const [project] = board.repositoryOwner.projectsV2.nodes;
seen.board = { title: project.title, items: project.items.totalCount };
seen.wrong = await octokit.graphql("{ viewer { shoeSize } }")
  .then(() => null, (error) => error.errors.map((each) => each.message));
console.log(JSON.stringify(seen));
