//! What registries have that is newer: a tag that leads to something else by now, and tags of later versions.

use api::compose::{Edit, Step};
use api::update::{ImageCheck, ImageState};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;

use super::flow::{Flow, Page};
use crate::apps::containers::say;
use crate::kit::banner::Banner;
use crate::kit::button::Button;
use crate::kit::icon::Glyph;
use crate::kit::toast::Toasts;
use crate::reader;

/// What the tags of the stack lead to by now, over its services.
#[component]
pub fn Newer() -> impl IntoView {
    let flow = expect_context::<Flow>();
    let newer = Memo::new(move |_| {
        let updates = known(flow);
        let newer = updates.iter().filter(|it| it.state == ImageState::Newer);
        newer.map(|it| say::image(&it.image)).collect::<Vec<_>>().join(", ")
    });
    view! {
        <Show when=move || !newer.with(String::is_empty)>
            <Banner news=true glyph=Glyph::Refresh title="Registries have something newer." text=newer>
                <Button press=move |_| flow.update()>"Update"</Button>
            </Banner>
        </Show>
    }
}

/// Later versions than the ones that the file names, under its services. One that is taken is written into the text, and
/// looked at there before anything is done.
#[component]
pub fn Later() -> impl IntoView {
    let flow = expect_context::<Flow>();
    let toasts = expect_context::<Toasts>();
    let later = Memo::new(move |_| {
        let mut all = known(flow);
        all.retain(|it| !it.newer_tags.is_empty());
        all
    });
    let lines = move || later.with(|all| all.iter().map(|it| line(flow, toasts, it)).collect_view());
    view! {
        <Show when=move || later.with(|all| !all.is_empty())>
            <h4 class="stack-label" id="stack-later">
                "Later versions"
            </h4>
            <ul class="stack-later" aria-labelledby="stack-later">
                {lines}
            </ul>
        </Show>
    }
}

fn known(flow: Flow) -> Vec<ImageCheck> {
    flow.stack
        .with(|it| it.as_ref().map(|it| it.updates.clone()).unwrap_or_default())
}

fn line(flow: Flow, toasts: Toasts, check: &ImageCheck) -> impl IntoView + use<> {
    let takes = check.newer_tags.iter().map(|tag| {
        let (tag, check) = (tag.clone(), check.clone());
        let word = format!("Take {tag}…");
        let press = move |_| take(flow, toasts, check.clone(), tag.clone());
        view! { <Button press=press>{word}</Button> }
    });
    let takes = takes.collect::<Vec<_>>();
    view! {
        <li>
            <span>
                <strong>{say::image(&check.image).to_owned()}</strong>
                <small>{check.services.join(", ")}</small>
            </span>
            {takes}
        </li>
    }
}

/// Writes a tag into the text, for each service that has the image, and shows it.
fn take(flow: Flow, toasts: Toasts, check: ImageCheck, tag: String) {
    let text = flow.compose.get_untracked();
    spawn_local(async move {
        let Ok(edited) = with_tag(text, &check, &tag).await else {
            return toasts.wrong(
                "What changes compose files could not be loaded",
                "Try again, or change the tag in the file.",
            );
        };
        if let Some(text) = edited {
            flow.compose.try_set(text);
            toasts.done(format!("The file names {tag} now: Deploy… shows what that does"));
        } else {
            let image = say::image(&check.image);
            toasts.wrong(
                format!("{tag} could not be written into the file"),
                format!("It does not name {image} as such, or not any more: change it there."),
            );
        }
        flow.page.try_set(Page::Files);
    });
}

/// The text with this tag in place of the one that was asked about; absent where a service does not name it as such.
async fn with_tag(
    text: String,
    check: &ImageCheck,
    tag: &str,
) -> Result<Option<String>, wasm_split_helpers::SplitLoaderError> {
    let mut edits = vec![];
    for service in &check.services {
        let path = ["services", service, "image"]
            .map(|key| Step::Key(key.to_owned()))
            .to_vec();
        let written = reader::value(text.clone(), path.clone()).await?;
        let Some(image) = written
            .as_ref()
            .and_then(Value::as_str)
            .and_then(|it| tagged(it, &check.image, tag))
        else {
            return Ok(None);
        };
        let value = Value::String(image);
        edits.push(Edit::Set { path, value });
    }
    Ok(reader::edited(text, edits).await?.ok())
}

/// An image as somebody wrote it, with another tag in place of the one of `whole`, which is the same image in full.
fn tagged(written: &str, whole: &str, tag: &str) -> Option<String> {
    let (_, old) = whole.rsplit_once(':')?;
    let name = written.strip_suffix(old)?.strip_suffix(':')?;
    Some(format!("{name}:{tag}"))
}

#[cfg(test)]
mod tests {
    use super::tagged;

    #[test]
    fn a_tag_takes_the_place_of_the_one_that_is_written() {
        let taken = |written| tagged(written, "docker.io/library/redis:7", "8");
        assert_eq!(taken("redis:7").unwrap(), "redis:8");
        assert_eq!(
            taken("${REGISTRY}/library/redis:7").unwrap(),
            "${REGISTRY}/library/redis:8"
        );
        for other in ["redis:${TAG:-7}", "redis:6", "redis", "redis:17"] {
            assert_eq!(taken(other), None, "{other}");
        }
    }
}
