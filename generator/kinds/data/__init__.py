"""Parts that the data kinds share: volumes, certificates, replicas that survive an upgrade."""
