//! Jobs.

use api::job::{Job, JobDetail};
use api::page::Listed;
use axum::extract::{Path, State};

use crate::edge::App;
use crate::edge::error::Reply;
use crate::edge::json::Json;
use crate::edge::signed::Signed;

/// All jobs that are kept, the newest first
#[utoipa::path(get, path = "/jobs", tag = "jobs", responses((status = 200, body = Listed<Job>)))]
pub(crate) async fn list(State(app): State<App>, Signed(actor): Signed) -> Reply<Json<Listed<Job>>> {
    Ok(Json(app.engine.jobs(&actor).await?))
}

/// A job and what it wrote
#[utoipa::path(get, path = "/jobs/{id}", tag = "jobs", params(("id" = String, Path)),
    responses((status = 200, body = JobDetail), (status = 404)))]
pub(crate) async fn show(
    State(app): State<App>,
    Signed(actor): Signed,
    Path(id): Path<String>,
) -> Reply<Json<JobDetail>> {
    Ok(Json(app.engine.job(&actor, &id).await?))
}

/// Call a job off; a deploy puts back what it changed
#[utoipa::path(post, path = "/jobs/{id}/cancel", tag = "jobs", params(("id" = String, Path)),
    responses((status = 200, body = Job), (status = 404), (status = 409, description = "It is over, or past that")))]
pub(crate) async fn cancel(State(app): State<App>, Signed(actor): Signed, Path(id): Path<String>) -> Reply<Json<Job>> {
    Ok(Json(app.engine.cancel_job(&actor, &id).await?))
}
