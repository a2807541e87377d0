//! One container.

use api::container::Container;
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::acts::{Act, Acts};
use super::columns::Column;
use super::detail::Detail;
use super::say;
use super::table::Shared;
use super::usage::{Cpu, Trail, Usages};
use crate::kit::button::IconButton;
use crate::kit::icon::{Glyph, Icon};
use crate::kit::menu::{Anchor, Entry, Item, Menus};
use crate::kit::status::{Condition, Dot};
use crate::store::Deck;

/// A container in the list.
#[component]
pub fn Row(
    /// The container's id.
    id: String,
    /// Its place among the rows of the table, counted from 1.
    number: Signal<usize>,
) -> impl IntoView {
    let deck = expect_context::<Deck>();
    // A row that is drawn after its container is gone has nothing to draw.
    deck.containers
        .row(&id)
        .map(|row| view! { <RowOf id=id row=row number=number /> })
}

#[component]
fn RowOf(id: String, row: ArcRwSignal<Container>, number: Signal<usize>) -> impl IntoView {
    let Shared {
        lines,
        picked,
        columns,
        unfolded,
        ..
    } = expect_context();
    let deck = expect_context::<Deck>();
    let acts = expect_context::<Acts>();
    let menus = expect_context::<Menus>();
    let container = RwSignal::from(row);
    let (busy_id, picked_id, menu_id) = (id.clone(), id.clone(), StoredValue::new(id.clone()));
    let open = Memo::new(move |_| menu_id.with_value(|id| unfolded.with(|ids| ids.contains(id))));
    let unfold = move || {
        let id = menu_id.get_value();
        unfolded.update(|ids| {
            if !ids.remove(&id) {
                ids.insert(id);
            }
        });
    };
    let under_way = Memo::new(move |_| acts.under_way(&busy_id));
    let usages = expect_context::<Usages>();
    let used_id = id.clone();
    let trail = Memo::new(move |_| usages.of(&used_id));
    let is_picked = Memo::new(move |_| picked.with(|picked| picked.ids.contains(&picked_id)));
    let pick = move |event: MouseEvent| {
        if on_control(&event) {
            return;
        }
        picked.update(
            |picked| match (event.shift_key(), event.ctrl_key() || event.meta_key()) {
                (true, _) => lines.with_untracked(|lines| picked.up_to(&id, lines)),
                (false, true) => picked.toggle(&id),
                (false, false) => picked.only(&id),
            },
        );
    };
    let status = Memo::new(move |_| match under_way.get() {
        Some(act) => act.under_way().to_owned(),
        None => container.with(|container| say::status(container, deck.now.get())),
    });
    let condition = Signal::derive(move || match under_way.get() {
        Some(_) => Condition::Busy,
        None => container.with(say::condition),
    });
    let up = Memo::new(move |_| container.with(|container| container.state.is_up()));
    let possible = Memo::new(move |_| container.with(|container| acts.possible(container)));
    let can = move |act: Act| possible.with(|possible| possible.contains(&act)) && under_way.get().is_none();
    let open_menu = move |anchor: Option<Anchor>| {
        let mut entries = container.with_untracked(|container| acts.menu(container));
        let id = menu_id.get_value();
        let word = if is_picked.get_untracked() {
            "Do not pick"
        } else {
            "Pick"
        };
        let item = Item::new(word, Glyph::Check, move || picked.update(|picked| picked.toggle(&id)));
        entries.extend([Entry::Rule, Entry::Item(item)]);
        if !entries.is_empty() && under_way.get_untracked().is_none() {
            menus.open(
                anchor,
                container.with_untracked(|container| container.name.clone()),
                entries,
            );
        }
    };
    let context_menu = move |event: MouseEvent| {
        event.prevent_default();
        open_menu(Some(Anchor::pointer(&event)));
    };
    let named = move |word: &'static str| {
        Signal::derive(move || container.with(|container| format!("{word} {}", container.name)))
    };
    let first = move || if up.get() { Act::Stop } else { Act::Start };
    let first_label =
        Signal::derive(move || container.with(|container| format!("{} {}", first().word(), container.name)));
    let cell = move |column: Column| {
        let class = column.class();
        match column {
            Column::Name => ().into_any(),
            Column::Status => view! {
                <div class=class role="cell">
                    <Dot condition=condition />
                    <span>{move || status.get()}</span>
                </div>
            }
            .into_any(),
            Column::Cpu => view! { <div class=class role="cell"><Cpu trail=trail /></div> }.into_any(),
            _ => {
                let text = Memo::new(move |_| match column {
                    Column::Memory => trail.with(Trail::memory).unwrap_or_else(|| "–".to_owned()),
                    Column::Uptime => container.with(|it| say::uptime(it, deck.now.get())).unwrap_or_default(),
                    _ => container.with(|it| words(it, column)),
                });
                view! { <div class=class role="cell"><span title=text>{text}</span></div> }.into_any()
            }
        }
    };
    view! {
        <div
            class="row"
            role="row"
            aria-rowindex=move || number.get().to_string()
            class:is-off=move || !up.get()
            class:is-busy=move || under_way.get().is_some()
            aria-busy=move || under_way.get().map(|_| "true")
            aria-selected=move || is_picked.get().then_some("true")
            on:click=pick
            on:dblclick=move |event| {
                if !on_control(&event) {
                    unfold();
                }
            }
            on:contextmenu=context_menu
        >
            <div class="cell-name" role="cell">
                <button
                    type="button"
                    class="unfold"
                    aria-label=named("Look at")
                    aria-expanded=move || if open.get() { "true" } else { "false" }
                    on:click=move |_| unfold()
                >
                    <Icon glyph=Glyph::ChevronDown size=14 />
                </button>
                <strong title=move || container.with(|container| container.name.clone())>
                    {move || container.with(|container| container.name.clone())}
                </strong>
                <Show when=move || container.with(|container| container.foreign)>
                    <span class="chip" title="Not made by this Stardeck">
                        "foreign"
                    </span>
                </Show>
                <small title=move || container.with(|container| container.image.clone())>
                    {move || container.with(|container| say::image(&container.image).to_owned())}
                </small>
            </div>
            {move || columns.get().into_iter().skip(1).map(cell).collect_view()}
            <div class="cell-acts" role="cell">
                <IconButton
                    label=first_label
                    glyph=Signal::derive(move || first().glyph())
                    disabled=Signal::derive(move || !can(first()))
                    press=move |_| container.with_untracked(|container| acts.ask(first_untracked(container), container))
                />
                <IconButton
                    label=named("Restart")
                    glyph=Glyph::Restart
                    class="act-restart"
                    disabled=Signal::derive(move || !can(Act::Restart))
                    press=move |_| container.with_untracked(|container| acts.ask(Act::Restart, container))
                />
                <IconButton
                    label=named("More actions for")
                    glyph=Glyph::More
                    menu=true
                    disabled=Signal::derive(move || under_way.get().is_some())
                    press=move |event: MouseEvent| open_menu(Anchor::of(&event))
                />
            </div>
        </div>
        <Show when=move || open.get()>
            <Detail container=container trail=trail />
        </Show>
    }
}

/// Whether something is pressed that does something of its own.
fn on_control(event: &MouseEvent) -> bool {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|target| target.closest("button").ok().flatten().is_some())
}

/// What a column that only repeats what is known has in it.
fn words(container: &Container, column: Column) -> String {
    match column {
        Column::Health => say::health(container).to_owned(),
        Column::Image => say::image(&container.image).to_owned(),
        Column::Ports => say::ports(&container.ports).join(", "),
        Column::Stack => container.stack.clone().unwrap_or_default(),
        Column::Name | Column::Status | Column::Uptime | Column::Cpu | Column::Memory => String::new(),
    }
}

fn first_untracked(container: &Container) -> Act {
    if container.state.is_up() { Act::Stop } else { Act::Start }
}
