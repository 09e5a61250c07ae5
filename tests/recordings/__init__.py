"""What GitHub really answered, sent to the simulator and read with our client.

The recordings (`../shared/github/recordings`, not part of this project) are cases of exchanges
that public test suites recorded from the live service. `python -m tests.recordings` prints how
many of them the simulator reproduces, by kind; with `-v` also every difference, with part of a
case's name only that case.

- `exchanges`: loads the cases, tells the kind of an exchange and whether it is in scope.
- `world`: the simulator at the beginning of a case, and the translation of recorded ids.
- `seed_rest`: puts the simulator into the state that a case of REST requests begins with, as its
  answers show it; writes the few requests that a suite did not record.
- `seed_boards`: the same for a case of GraphQL requests about a board.
- `seed_nodes`: the same for a case about nodes that exist, do not, or are of another type.
- `replay`: sends the recorded requests and compares what comes back.
- `differences`: compares one answer with the recorded one: status, headers, keys, types, errors.
- `listed`: reads `listed.toml`, where differences on purpose are named with their reasons.
- `table`: counts by kind.
- `test_recordings`: asserts the table; `test_client`: what our client reads in recorded answers,
  `test_client_boards` in those about boards.

A new kind of case needs a function from a `Case` to a `World`, and its line in `table.SEEDS`.
"""
