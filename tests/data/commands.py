"""What each user of the rendered ACL may do, of all commands of the server (Redis 7.0)."""

from __future__ import annotations

from typing import Final

_ADMINISTRATION: Final = """
acl|deluser acl|dryrun acl|getuser acl|list acl|load acl|log acl|save acl|setuser acl|users
bgrewriteaof bgsave client|kill client|list client|no-evict client|pause client|unblock
client|unpause cluster|addslots cluster|addslotsrange cluster|bumpepoch
cluster|count-failure-reports cluster|delslots cluster|delslotsrange cluster|failover
cluster|flushslots cluster|forget cluster|meet cluster|replicas cluster|replicate cluster|reset
cluster|saveconfig cluster|set-config-epoch cluster|setslot cluster|slaves config|get
config|resetstat config|rewrite config|set debug failover flushall flushdb keys lastsave
latency|doctor latency|graph latency|histogram latency|history latency|latest latency|reset
migrate module|list module|load module|loadex module|unload monitor pfdebug pfselftest psync
replconf replicaof restore restore-asking role save shutdown slaveof slowlog|get slowlog|len
slowlog|reset sort sort_ro swapdb sync
"""
_STATISTICS: Final = """
client|list client|setname cluster|info cluster|nodes cluster|slots config|get info
latency|histogram latency|latest memory|stats ping select slowlog|get slowlog|len
"""

#: Whoever has not logged in may do these too.
ANYBODY: Final = frozenset(("auth", "hello", "quit", "reset"))

#: The application may do everything else.
APPLICATION_REFUSED: Final = frozenset(_ADMINISTRATION.split())
EXPORTER: Final = ANYBODY | frozenset(_STATISTICS.split())
REPLICATION: Final = ANYBODY | frozenset(("ping", "psync", "replconf", "sync"))
