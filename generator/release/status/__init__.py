"""How a release is: its revisions, its components, volumes, certificates and backups.

    facts       what was read, in a few calls
    model       what is said of it, as plain values: the JSON of `status`
    components  workloads, their pods, autoscalers and disruption budgets
    around      volume claims, scheduled jobs
    expiry      certificates and their ends
    report      one release, put together
    text        and for a terminal

Everything but `facts` is pure: objects as the cluster gave them in, values out.
"""
