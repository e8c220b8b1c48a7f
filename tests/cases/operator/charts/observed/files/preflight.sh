#!/bin/sh
# Looks at Secrets that are mounted as files: there, long enough, no placeholder.
# Prints names, never values.
#
# usage: preflight.sh FOLDER LENGTH NUMBER/SECRET/KEY...
set -u
folder=$1
least=$2
shift 2
placeholder='your[-_ ]|change[-_ ]?(me|it|this)|change[-_ ]in[-_ ]production|placeholder|^<.*>$|^x+$'
bad=0
missing=
complain() {
    echo "$1"
    bad=$((bad + 1))
}
for path in "$@"; do
    item=${path#*/}
    secret=${item%%/*}
    file=$folder/$path
    if [ -z "$(ls "${file%/*}" 2>/dev/null)" ]; then
        # One line for a Secret that is not there, not one for each of its keys.
        if [ "$secret" != "$missing" ]; then
            complain "$secret: there is no such Secret"
        fi
        missing=$secret
    elif [ ! -f "$file" ]; then
        complain "$item: the Secret has no such key"
    elif grep -qiE "$placeholder" "$file"; then
        complain "$item: is a placeholder"
    elif [ "$(wc -c <"$file")" -lt "$least" ]; then
        complain "$item: is shorter than $least characters"
    fi
done
if [ "$bad" -gt 0 ]; then
    echo "$bad found; nothing was changed. The chart's README lists what must exist."
    exit 1
fi
echo "all $# keys are there"
