#!/bin/sh
# npm run deploy, from any folder; docs/deploying.md.
cd "$(dirname "$0")/.." && exec npm run deploy -- "$@"
