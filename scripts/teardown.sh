#!/bin/sh
# npm run teardown, from any folder; docs/deploying.md.
cd "$(dirname "$0")/.." && exec npm run teardown -- "$@"
