# audit.sh SUITE: how the public federation gateway audit starts baygate for each of its suites
supergraph=$(mktemp)
curl -fsS "http://127.0.0.1:4200/$1/supergraph" -o "$supergraph"
exec "${BAYGATE:-baygate}" gateway --supergraph "$supergraph" --listen 127.0.0.1:4000 --open
