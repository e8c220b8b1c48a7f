"""The guide's tables, variables and addresses."""

from __future__ import annotations

from functools import partial

from tests.guide import checks, data
from tests.guide.cluster import MONITORING, Cluster
from tests.guide.row import (
    alerts,
    all_of,
    contains,
    exists,
    kubectl,
    replicas,
    resources,
    route,
    says,
    scaled,
    storage,
    variable,
)

NO_NAMES = "the guide names no metric; rules over unknown names never fire"


def grafana_s_volume_is_its_database_s(cluster: Cluster) -> None:
    storage("grafana-db", "50Gi", "gp3-encrypted", MONITORING)(cluster)
    assert cluster.get("StatefulSet", "grafana-db", MONITORING)["spec"]["replicas"] == 1
    replicas("Deployment", "grafana", 2, MONITORING)(cluster)
    contains("grafana", "grafana.ini", "type = postgres", namespace=MONITORING)(cluster)


ROWS = (
    says(
        "| Backend | 2-50 (HPA) | 500m | 512Mi | 2000m | 2Gi |",
        all_of(
            scaled("backend", 2, 50, 70, 80),
            resources("Deployment", "backend", ("500m", "2000m"), ("512Mi", "2Gi")),
        ),
    ),
    says(
        "| Frontend | 3-20 (HPA) | 250m | 512Mi | 1000m | 1Gi |",
        all_of(
            scaled("frontend", 3, 20, 70, 80),
            resources("Deployment", "frontend", ("250m", "1000m"), ("512Mi", "1Gi")),
        ),
    ),
    says(
        "| PostgreSQL | 3 | 1000m | 2Gi | 4000m | 8Gi |",
        all_of(
            replicas("StatefulSet", "postgres", 3),
            resources("StatefulSet", "postgres", ("1000m", "4000m"), ("2Gi", "8Gi")),
        ),
    ),
    says(
        "| Redis | 6 | 250m | 512Mi | 1000m | 2Gi |",
        all_of(
            replicas("StatefulSet", "redis", 6),
            resources("StatefulSet", "redis", ("250m", "1000m"), ("512Mi", "2Gi")),
        ),
    ),
    says(
        "| Prometheus | 2 | 1000m | 4Gi | 2000m | 8Gi |",
        all_of(
            replicas("StatefulSet", "prometheus", 2, MONITORING),
            resources("StatefulSet", "prometheus", ("1", "2"), ("4Gi", "8Gi"), MONITORING),
        ),
    ),
    says(
        "| Grafana | 2 | 500m | 1Gi | 1000m | 2Gi |",
        all_of(
            replicas("Deployment", "grafana", 2, MONITORING),
            resources("Deployment", "grafana", ("500m", "1"), ("1Gi", "2Gi"), MONITORING),
        ),
    ),
    says("**Total Minimum**: ~9 CPU cores, ~21 GB memory", checks.minimum_is_the_guide_s),
    says(
        "**Total with Limits**: ~50 CPU cores, ~100 GB memory",
        checks.totals_at_most,
        "limits are 31 CPU and 63 Gi at the least replicas, 144 and 176 at the most; the quota is"
        " computed from the components, with their sidecars and a rollout",
        "as a quota, 50 CPU would stop the backend at about ten pods",
    ),
    says("| PostgreSQL | 100Gi | fast-ssd | 3 | 300Gi |", storage("postgres", "100Gi", "fast-ssd")),
    says("| Redis | 20Gi | fast-ssd | 6 | 120Gi |", storage("redis", "20Gi", "fast-ssd")),
    says(
        "| Prometheus | 500Gi | gp3-encrypted | 1 | 500Gi |",
        all_of(
            storage("prometheus", "500Gi", "gp3-encrypted", MONITORING),
            replicas("StatefulSet", "prometheus", 2, MONITORING),
        ),
        "500 Gi for each of the two servers, 1000 Gi in all",
        "each Prometheus has a database of its own; such a volume cannot be shared",
    ),
    says(
        "| Grafana | 50Gi | gp3-encrypted | 1 | 50Gi |",
        grafana_s_volume_is_its_database_s,
        "the 50 Gi are those of Grafana's own PostgreSQL",
        "two Grafanas cannot share one volume; they share a database",
    ),
    says(
        "**Total Storage**: ~970Gi",
        checks.storage_in_all,
        "1500 Gi: 500 more for the second Prometheus, 30 for Alertmanager",
        "the table counts one Prometheus and forgets Alertmanager",
    ),
    says('SIX_FIGURE_BARBER_MODE: "enterprise"', variable("SIX_FIGURE_BARBER_MODE", "enterprise")),
    says('FRANCHISE_MODE: "enabled"', variable("FRANCHISE_MODE", "enabled")),
    says('MULTI_TENANT_SUPPORT: "true"', variable("MULTI_TENANT_SUPPORT", "true")),
    says(
        "- **Franchise Shard Monitoring** - Per-location performance tracking",
        all_of(data.backend_is_scraped, data.business_is_shown),
    ),
    says(
        "- **Business Metrics** - Booking rates, revenue tracking, client retention",
        all_of(data.backend_is_scraped, data.business_is_shown),
    ),
    says(
        "- **Performance Alerts** - High latency, system overload, payment failures",
        alerts("ErrorBudgetBurnsFast", "ErrorBudgetBurnsSlowly", "HpaAtMax", "QuotaAlmostFull"),
        "alerts on latency and errors by objective, and on overload; a failed payment counts where"
        " it is an error of the backend",
        NO_NAMES,
    ),
    says("- **Operational Dashboards** - Real-time franchise", data.dashboards_are_there),
    says("- **Frontend**: https://bookedbarber.com", route("bookedbarber.com", "frontend")),
    says(
        "- **Admin Dashboard**: https://app.bookedbarber.com",
        route("app.bookedbarber.com", "frontend"),
    ),
    says(
        "- **API Documentation**: https://api.bookedbarber.com/docs",
        route("api.bookedbarber.com", "backend"),
    ),
    says(
        "- **Health Checks**: https://api.bookedbarber.com/health",
        all_of(route("api.bookedbarber.com", "backend"), data.metrics_are_not_public),
    ),
    kubectl("kubectl port-forward -n monitoring svc/grafana 3000:3000"),
    kubectl("kubectl port-forward -n monitoring svc/prometheus 9090:9090"),
    says(
        "# Grafana: http://localhost:3000 (admin/your-grafana-password)",
        all_of(
            partial(data.grafana_is_at, "http://localhost:3000"),
            contains("grafana", "grafana.ini", "admin_user = admin", namespace=MONITORING),
            exists("Service", "grafana", MONITORING),
        ),
    ),
    says(
        "# Prometheus: http://localhost:9090",
        partial(data.prometheus_is_at, "http://localhost:9090"),
    ),
)
