//! Quick Deploy: a form → a compose file → a stack that is deployed, by the same policy as every other.

use api::source::QuickDeploy;
use api::stack::{CreateStack, DeployStack, StackJob};

use super::manage::taken;
use crate::Engine;
use crate::actor::{Actor, Right};
use crate::error::{Error, Result};

impl Engine {
    /// Makes a stack of one container and deploys it. Where that is not allowed, nothing is written.
    pub async fn quick_deploy(&self, actor: &Actor, request: QuickDeploy) -> Result<StackJob> {
        actor.require(Right::Operate)?;
        if !request.consents.is_empty() {
            actor.require_elevated(Right::Administer)?;
        }
        let name = request.name.clone();
        if self.read_row(&name).await?.is_some() {
            return Err(taken(&name));
        }
        let compose = compose::run::quick(&request);
        let source = self.source(&name, 0, &compose, "");
        let capabilities = self.capable().await?;
        let read = tokio::task::spawn_blocking(move || source.meaning(&capabilities)).await;
        let (meaning, diagnostics) = read.map_err(|_| Error::Stopping)?;
        meaning
            .ok_or(Error::Unfit { diagnostics })?
            .allowed(&request.consents)?;
        let stack = CreateStack {
            name: name.clone(),
            compose,
            env: String::new(),
            files: std::collections::BTreeMap::new(),
            origin: None,
        };
        self.create_stack(actor, stack).await?;
        let deploy = DeployStack {
            consents: request.consents,
            ..DeployStack::default()
        };
        self.deploy_stack(actor, name.as_str(), deploy).await
    }
}
