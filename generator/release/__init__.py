"""charts/ + a cluster -> releases: planned, deployed, watched, rolled back.

    target     which chart with which overlay becomes which release, and where
    history    the revisions that Helm keeps in the cluster
    wanted     the objects that an upgrade would send
    facts      what is asked of the cluster
    changes    the objects against the cluster: made, changed, removed, refused
    preflight  what stands in the way, one check a file
    plan       all of it, for each release
    planfile   a plan that is kept, and whether the world has moved since

It reads the charts as they lie there, asks the cluster by kubectl and changes it by Helm. It never
imports `build`, and never deletes a release's history.
"""
