"""Lines of the guide that speak of the cluster or of the reader's machine, not of charts."""

from __future__ import annotations

LINES = {
    "- **Node Resources**: ": "its three lines follow",
    "- **Storage Classes**: ": "its two lines follow",
    "- `kubectl` 1.25+": "the reader's machine",
    "- `yq` or Python with YAML support": "the reader's machine",
    "cd /Users/bossio/6fb-booking/k8s/enterprise-scale": "the reader's machine",
    "kubectl cluster-info": "asks the cluster",
    "kubectl get nodes -o wide": "asks the cluster",
    "kubectl describe nodes": "asks the cluster",
    "kubectl get nodes": "asks the cluster",
    "kubectl top nodes": "asks the cluster",
    "kubectl get pv": "asks the cluster",
    "1. **Infrastructure Layer**": "its lines follow",
    "2. **Data Layer**": "its lines follow",
    "3. **Application Layer**": "its lines follow",
    "4. **Networking Layer**": "its lines follow",
    "5. **Monitoring Layer**": "its lines follow",
    "1. **Pods Stuck in Pending**": "its command follows",
    "2. **Database Connection Issues**": "its commands follow",
    "3. **Ingress Not Working**": "its commands follow",
    "- **Kubernetes Secrets**: Encrypted at rest": "a setting of the API server",
    "- **Compliance Monitoring**: Access logs, audit trails": "the API server's audit policy",
    "- **Configuration**: GitOps approach with version control": "charts/ is committed",
    "✅ **Six Figure Barber**: Full methodology implementation": "the application's own",
}
