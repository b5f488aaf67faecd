# Commands typed in a shell find the gateway's spool and speak its language, as /etc/config/hanqing has them: hanqing status, hanqing export.
# shellcheck shell=dash
HANQING__SPOOL__PATH=$(uci -q get hanqing.edge.spool)
# Only where the file says something else: hanqing doctor tells of each such variable.
if [ -n "$HANQING__SPOOL__PATH" ] && ! grep -qsF "\"$HANQING__SPOOL__PATH\"" "$(uci -q get hanqing.edge.config)"; then
    export HANQING__SPOOL__PATH
else
    unset HANQING__SPOOL__PATH
fi
HANQING_LANG=$(uci -q get hanqing.edge.lang)
if [ -n "$HANQING_LANG" ]; then export HANQING_LANG; else unset HANQING_LANG; fi
