//! The list as a table: its heads, the lines that are seen, and what is to be known of all of them below.

use std::collections::{BTreeSet, HashMap};

use leptos::prelude::*;

use super::columns::{Column, fitting, template};
use super::filter::Counts;
use super::kept::Kept;
use super::lie::Lie;
use super::order::{Heading, Line, Order, Picked};
use super::row::Row;
use super::usage::{Counting, Usages};
use crate::apps::stack;
use crate::desktop::manager::WindowManager;
use crate::kit::button::IconButton;
use crate::kit::icon::{Glyph, Icon};
use crate::kit::status::{Condition, Dot};
use crate::kit::viewport::Viewport;
use crate::store::Deck;

/// Below this width a row is two lines high, and there are no heads.
const NARROW: f64 = 545.0;

/// What the rows of a table share; cheap to copy, a context of the table.
#[derive(Clone, Copy)]
pub struct Shared {
    /// The lines, also those that are not seen.
    pub lines: Memo<Vec<Line>>,
    /// What is picked of them.
    pub picked: RwSignal<Picked>,
    /// The columns that are drawn.
    pub columns: Memo<Vec<Column>>,
    /// Which containers are looked at closely.
    pub unfolded: RwSignal<BTreeSet<String>>,
    /// How much room that takes, as far as it was drawn once.
    pub heights: RwSignal<HashMap<String, f64>>,
}

/// The table.
#[component]
pub fn Table(
    /// The lines.
    lines: Memo<Vec<Line>>,
    /// What is picked of them.
    picked: RwSignal<Picked>,
    /// How the list is liked.
    kept: Kept,
    /// Which containers are looked at closely.
    unfolded: RwSignal<BTreeSet<String>>,
) -> impl IntoView {
    let usages = expect_context::<Usages>();
    let viewport = Viewport::new();
    let width = Memo::new(move |_| viewport.size.get().0);
    let narrow = Memo::new(move |_| width.get() > 0.0 && width.get() <= NARROW);
    let columns = Memo::new(move |_| {
        // On a phone, what is used stands in the second line of a row.
        let width = if narrow.get() { 0.0 } else { width.get() };
        let mut columns = kept.columns.with(|wished| fitting(wished, usages.known(), width));
        if narrow.get() {
            columns.retain(|it| matches!(it, Column::Name | Column::Status | Column::Cpu));
        }
        columns
    });
    let heights = RwSignal::new(HashMap::new());
    provide_context(Shared {
        lines,
        picked,
        columns,
        unfolded,
        heights,
    });
    let row = move || if narrow.get() { 76.0 } else { 50.0 };
    let lie = Memo::new(move |_| {
        let mut heights = heights.get();
        heights.retain(|id, _| unfolded.with(|ids| ids.contains(id)));
        lines.with(|lines| Lie::of(lines, row(), &heights))
    });
    // Until the size is known, a screenful is drawn.
    let seen = move || {
        viewport
            .size
            .with(|(_, height)| if *height > 0.0 { *height } else { 600.0 })
    };
    let drawn = Memo::new(move |_| lie.with(|lie| lie.seen(viewport.top.get(), seen())));
    let shown = Memo::new(move |_| {
        let drawn = drawn.get();
        // The lines may be fewer already than those that were drawn.
        lines.with(|lines| lines.get(drawn).map(<[Line]>::to_vec).unwrap_or_default())
    });
    let room = Memo::new(move |_| lie.with(|lie| lie.room(&drawn.get())));
    let heads = move || {
        columns
            .get()
            .into_iter()
            .map(|column| head(kept.order, column))
            .collect_view()
    };
    view! {
        <div
            node_ref=viewport.node
            class="table"
            class:is-narrow=narrow
            role="table"
            aria-label="Containers"
            aria-rowcount=move || (lines.with(Vec::len) + 1).to_string()
            style=("--columns", move || columns.with(|columns| template(columns)))
            style=("--row", move || format!("{}px", row()))
            on:scroll=move |_| viewport.scrolled()
        >
            <div role="rowgroup">
                <div class="table-head" role="row" aria-rowindex="1">
                    {heads}
                    <span role="columnheader">
                        <span class="unseen">"Actions"</span>
                    </span>
                </div>
            </div>
            <div
                class="table-body"
                role="rowgroup"
                style:padding-top=move || format!("{}px", room.get().0)
                style:padding-bottom=move || format!("{}px", room.get().1)
            >
                <ForEnumerate each=move || shown.get() key=Clone::clone children=move |index, line| {
                    // The head is the first row.
                    let number = Signal::derive(move || drawn.with(|drawn| drawn.start) + index.get() + 2);
                    match line {
                        Line::Heading(heading) => view! { <Group heading=heading number=number /> }.into_any(),
                        Line::Container(id) => view! { <Row id=id number=number /> }.into_any(),
                    }
                } />
            </div>
        </div>
        <Foot lines=lines />
    }
}

/// The head of a column: pressed, the list is sorted by it.
fn head(order: RwSignal<Order>, column: Column) -> impl IntoView {
    let sorted = Memo::new(move |_| order.with(|order| (order.column == column).then_some(order.back)));
    let said = move || sorted.get().map(|back| if back { "descending" } else { "ascending" });
    view! {
        <span role="columnheader" aria-sort=said>
            <button type="button" on:click=move |_| order.update(|order| *order = order.press(column))>
                {column.word()}
                <Show when=move || sorted.get().is_some()>
                    <Icon glyph=Glyph::ChevronDown size=12 />
                </Show>
            </button>
        </span>
    }
}

/// How many there are, and what this machine cannot say of them.
#[component]
fn Foot(lines: Memo<Vec<Line>>) -> impl IntoView {
    let usages = expect_context::<Usages>();
    let said = move || {
        let count = lines.with(|lines| lines.iter().filter(|line| matches!(line, Line::Container(_))).count());
        if count == 1 {
            "1 container".to_owned()
        } else {
            format!("{count} containers")
        }
    };
    let lacks = move || match usages.counting.get() {
        Counting::Cannot(why) => Some(view! { <span title=why>"No statistics on this machine"</span> }),
        Counting::Awaited | Counting::Counts => None,
    };
    view! {
        <p class="table-foot">
            <span>{said}</span>
            {lacks}
        </p>
    }
}

/// What the lines below have in common.
#[component]
fn Group(heading: Heading, number: Signal<usize>) -> impl IntoView {
    let deck = expect_context::<Deck>();
    let manager = expect_context::<WindowManager>();
    let content = match heading {
        Heading::Foreign => view! { <strong>"Not made by this Stardeck"</strong> }.into_any(),
        Heading::Loose => view! { <strong>"Without a stack"</strong> }.into_any(),
        Heading::Stack(name) => {
            let of = name.clone();
            let condition = Signal::derive(move || {
                let counts = Counts::of(&deck.containers.all());
                counts.stacks.get(&of).copied().unwrap_or(Condition::Off)
            });
            let label = format!("Open {name}");
            let opened = name.clone();
            view! {
                <Dot condition=condition />
                <strong>{name}</strong>
                <IconButton
                    label=label
                    glyph=Glyph::External
                    press=move |_| stack::open(manager, &opened)
                />
            }
            .into_any()
        }
    };
    view! {
        <div class="table-group" role="row" aria-rowindex=move || number.get().to_string()>
            <div role="cell">{content}</div>
        </div>
    }
}
