"""The guide from its overview to the order of deployment."""

from __future__ import annotations

from tests.guide import checks, data
from tests.guide.cluster import APP, MONITORING, Cluster
from tests.guide.row import all_of, contains, exists, kubectl, reads, replicas, route, says, storage

PSP = "Pod Security Policies were removed in Kubernetes 1.25, the guide's own lowest version"
ADD_ONS = "controllers and CRDs belong to the cluster; in an application's release they go with it"
NO_VALUES = "what stands in a manifest ends in Git and in the release's history"
SCRIPT = "a release is one Helm command, for people, pipelines and GitOps alike"


def images_are_the_guide_s(cluster: Cluster) -> None:
    for name, port in (("backend", 8000), ("frontend", 3000)):
        container = cluster.container("Deployment", name)
        assert container["image"] == f"bookedbarber/{name}:v2.0.0"
        assert container["ports"][0]["containerPort"] == port


def dashboard_writes_its_cache(cluster: Cluster) -> None:
    mounts = {m["mountPath"] for m in cluster.container("Deployment", "frontend")["volumeMounts"]}
    assert "/app/.next/cache" in mounts


def fast_storage_for_databases(cluster: Cluster) -> None:
    assert {cluster.claims(name)["storageClassName"] for name in ("postgres", "redis")} == {
        "fast-ssd"
    }


def encrypted_storage_for_monitoring(cluster: Cluster) -> None:
    for each in cluster.objects[MONITORING].of("StatefulSet"):
        for claim in each["spec"]["volumeClaimTemplates"]:
            assert claim["spec"]["storageClassName"] == "gp3-encrypted"


def volumes_are_of_the_network(cluster: Cluster) -> None:
    total = sum(
        checks.number(claim["spec"]["resources"]["requests"]["storage"]) * each["spec"]["replicas"]
        for each in cluster.all("StatefulSet")
        for claim in each["spec"]["volumeClaimTemplates"]
    )
    assert total > 5 * 100e9
    assert not any("hostPath" in volume for _, pod in cluster.pods for volume in pod["volumes"])


def hpas_use_resource_metrics(cluster: Cluster) -> None:
    for each in cluster.all("HorizontalPodAutoscaler"):
        assert {m["type"] for m in each["spec"]["metrics"]} <= {"Resource", "ContainerResource"}


def preflight_looks_for_secrets(cluster: Cluster) -> None:
    """Before anything is installed, a Job looks for every key, and for placeholders in them."""
    assert exists("Job", "bookedbarber-preflight")
    job = str(cluster.get("Job", "bookedbarber-preflight"))
    for key in ("bookedbarber-secrets/secret-key", "postgres-credentials/database-password"):
        assert key in job
    assert not cluster.has("Secret")


grafana_password = all_of(
    contains(
        "grafana",
        "grafana.ini",
        "admin_password = $__file{/etc/grafana/secrets/admin/grafana-admin-password}",
        namespace=MONITORING,
    ),
    preflight_looks_for_secrets,
)

ROWS = (
    says("- **Backend Deployment** - FastAPI application", images_are_the_guide_s),
    says("- **Frontend Deployment** - Next.js dashboard", dashboard_writes_its_cache),
    says(
        "- **Load Balancer & Ingress** - Enterprise-grade traffic management with SSL/TLS",
        all_of(exists("Ingress", "bookedbarber-ingress"), checks.ingress_has_one_class),
        "the load balancer is the ingress controller's: no Service here is of type LoadBalancer",
        ADD_ONS,
    ),
    says(
        "- **PostgreSQL StatefulSet** - Production-ready database with replication (3 replicas)",
        replicas("StatefulSet", "postgres", 3),
    ),
    says(
        "- **Redis Cluster** - High-performance caching and session management (6 nodes)",
        replicas("StatefulSet", "redis", 6),
    ),
    says(
        "- **Redis Cluster** - High-performance caching and session management (6 nodes)",
        checks.service_links_are_off,
        "`enableServiceLinks: false` on every pod",
        "else the Services `redis` and `postgres` put `REDIS_PORT=tcp://…` into every environment",
    ),
    says(
        "- **Monitoring Stack** - Prometheus, Grafana, AlertManager with franchise-specific",
        all_of(
            exists("StatefulSet", "prometheus", MONITORING),
            exists("StatefulSet", "alertmanager", MONITORING),
            exists("Deployment", "grafana", MONITORING),
            data.backend_is_scraped,
        ),
    ),
    says(
        "- **Service Mesh** - Istio for advanced networking and security",
        checks.mesh_is_a_switch,
        "a value, `global.mesh`: none (the default), ambient or sidecar",
        "Istio needs Kubernetes 1.32, the guide promises 1.25",
    ),
    says(
        "- **Autoscaling** - HPA and VPA for dynamic resource allocation",
        all_of(exists("HorizontalPodAutoscaler", "backend-hpa"), checks.vpa_only_recommends),
        "the VPA recommends and does not act, and is a switch",
        "it must not change what the HPA scales by",
    ),
    says("- **RBAC** - Role-based access control with least privilege", checks.rights_are_least),
    says(
        "- **Pod Security Policies** - Container security enforcement",
        all_of(checks.namespaces_are_restricted, checks.policies_guard_admission),
        "namespaces enforce Pod Security `restricted`; ValidatingAdmissionPolicies from 1.30",
        PSP,
    ),
    says(
        "- **Network Policies** - Micro-segmentation and traffic control",
        checks.traffic_is_denied_unless_declared,
    ),
    says(
        "- **Secret Management** - Encrypted configuration and credentials",
        preflight_looks_for_secrets,
        "the charts name Secrets and keys; values come from outside, or by an operator",
        NO_VALUES,
    ),
    says("- **Kubernetes Version**: 1.25+ ", checks.kubernetes_from_1_25),
    says(
        "- **Node Count**: Minimum 3 nodes (recommended 5+ for production)",
        checks.more_nodes_at_most,
        "3 nodes carry the least replicas; the most need 7 to 8, and an alert says when",
        "50 backends and 20 frontends with a rollout ask for about 46 CPU, 3 nodes have about 22",
    ),
    says("  - CPU: 8+ cores per node", checks.nodes_are_large_enough),
    says("  - Memory: 32GB+ per node", checks.nodes_are_large_enough),
    says(
        "  - Storage: 100GB+ SSD per node",
        volumes_are_of_the_network,
        "volumes come from a storage class; a node's disk is for images and scratch space",
        "3 to 5 such disks hold 300 to 500 GB, the databases and metrics need 1500 Gi",
    ),
    says("  - `fast-ssd` for databases", fast_storage_for_databases),
    says("  - `gp3-encrypted` for monitoring", encrypted_storage_for_monitoring),
    says("- **Network**: Load balancer support, ingress controller", checks.ingress_has_one_class),
    says(
        "- **NGINX Ingress Controller** (installed automatically)",
        checks.ingress_has_one_class,
        "class `nginx` of F5's NGINX Ingress Controller, which must be there; Traefik and Gateway"
        " API are settings",
        "kubernetes/ingress-nginx is retired; and " + ADD_ONS,
    ),
    says(
        "- **cert-manager** (installed automatically)",
        checks.needs_a_cluster_that_has_it,
        "it must be there, else the release is refused with a sentence that says so",
        ADD_ONS,
    ),
    says("- **Metrics Server** (for HPA)", hpas_use_resource_metrics),
    says("- **Storage CSI Drivers** (cloud provider specific)", volumes_are_of_the_network),
    says(
        "- `helm` 3.8+ (optional)",
        checks.helm_is_recent,
        "Helm 4, or 3.17 and later, and not optional",
        "Helm 3 gets no fixes after February 2027; older ones have no OCI or other schemas",
    ),
    says(
        "Before deployment, update the following secrets in `configmaps-secrets.yaml`:",
        preflight_looks_for_secrets,
        "there is no such file: the Secrets exist before the release, and a Job before it checks",
        NO_VALUES,
    ),
    says(
        '- secret-key: "your-secret-key-change-in-production"',
        reads("bookedbarber-secrets", "secret-key"),
    ),
    says(
        '- database-password: "your-database-password-change-in-production"',
        reads("postgres-credentials", "database-password"),
    ),
    says(
        '- redis-password: "your-redis-password-change-in-production"',
        reads("redis-credentials", "redis-password"),
    ),
    says(
        '- stripe-secret-key: "sk_live_your_stripe_secret_key"',
        reads("bookedbarber-secrets", "stripe-secret-key"),
    ),
    says(
        '- sendgrid-api-key: "SG.your_sendgrid_api_key"',
        reads("bookedbarber-secrets", "sendgrid-api-key"),
    ),
    says('- grafana-admin-password: "your-grafana-admin-password"', grafana_password),
    says(
        "./validate-manifests.sh",
        checks.kubernetes_from_1_25,
        "`scripts/validate-manifests`, which is `python -m generator check`: five versions of"
        " Kubernetes, all rules",
        SCRIPT,
    ),
    says(
        "./deploy.sh --dry-run",
        checks.helm_is_recent,
        "`scripts/deploy --dry-run`: the API server tries every object and keeps none",
        SCRIPT,
    ),
    says(
        "./deploy.sh",
        checks.namespaces_are_restricted,
        "`scripts/deploy`, which is `python -m generator deploy -e production`: layer by layer the"
        " first time, then one Helm upgrade a chart",
        SCRIPT,
    ),
    kubectl("kubectl get pods -n bookedbarber-v2 --watch"),
    kubectl("kubectl get pods -n monitoring --watch"),
    says(
        "The deployment script executes components in this order:",
        checks.started_in_any_order,
        "no order is needed: pods wait for what they connect to, and for the schema",
        "Helm sorts by kind and does not wait; GitOps tools have orders of their own",
    ),
    says(
        "   - Namespaces and Resource Quotas",
        all_of(checks.namespaces_are_restricted, exists("ResourceQuota", "bookedbarber")),
        "the namespace is a file beside the chart, not part of the release",
        "`helm uninstall` would delete it, with all volumes",
    ),
    says("   - Service Accounts and RBAC", checks.accounts_are_dedicated),
    says("   - ConfigMaps and Secrets", preflight_looks_for_secrets),
    says("   - PostgreSQL StatefulSet (3 replicas)", storage("postgres", "100Gi", "fast-ssd")),
    says("   - Redis Cluster (6 nodes)", storage("redis", "20Gi", "fast-ssd")),
    says("   - Backend Deployment (FastAPI)", exists("Deployment", "backend", APP)),
    says(
        "   - Backend Deployment (FastAPI)",
        checks.migrations_are_a_job,
        "before the backend starts, a Job migrates the database: `alembic upgrade head`",
        "the guide has no migrations; new code on an old schema fails",
    ),
    says("   - Frontend Deployment (Next.js)", exists("Deployment", "frontend", APP)),
    says("   - Ingress and Load Balancer", route("bookedbarber.com", "frontend")),
    says("   - SSL/TLS Certificates", exists("Certificate", "bookedbarber-tls")),
    says("   - Network Policies", exists("NetworkPolicy", "default-deny")),
    says("   - Prometheus and AlertManager", exists("Service", "alertmanager", MONITORING)),
    says("   - Grafana with Franchise Dashboards", data.dashboards_are_there),
)
