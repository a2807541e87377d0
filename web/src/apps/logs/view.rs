//! What is drawn of a log: only the rows that are seen.

use std::ops::Range;

use js_sys::Date;
use leptos::ev::MouseEvent;
use leptos::html::{Div, Span};
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::buffer::Line;
use super::log::{Log, Standing};
use super::save::save;
use super::text::{Level, Style};
use super::{Source, buffer};
use crate::desktop::manager::WindowManager;
use crate::desktop::reduce::Action;
use crate::desktop::state::WindowId;
use crate::kit::Deed;
use crate::kit::button::{Button, IconButton};
use crate::kit::field::SearchField;
use crate::kit::icon::{Glyph, Icon};
use crate::kit::menu::{Anchor, Choice, Entry, Menus};
use crate::kit::status::{Condition, Dot};
use crate::kit::viewport::Viewport;
use crate::store::Deck;

/// The height of a row, which the style sheet has as well.
const ROW: f64 = 18.0;
/// How many rows are drawn beyond what is seen.
const AROUND: u64 = 12;
/// How many characters the measure has.
const MEASURE: u8 = 100;

/// The content of a window: the log that it is about.
#[component]
pub fn LogWindow(
    /// The window.
    id: WindowId,
) -> impl IntoView {
    let manager = expect_context::<WindowManager>();
    Source::parse(&manager.subject(id)).map(|source| {
        let title = format!("{} — Logs", source.name());
        Effect::new(move |_| manager.dispatch(Action::Retitle(id, title.clone())));
        view! { <LogOf source=source /> }
    })
}

/// A line as it is drawn.
#[derive(Clone)]
struct Drawn {
    /// Its number, its rows, and how often all that is drawn was drawn anew.
    key: (u64, u64, u32),
    rows: u64,
    line: Line,
}

/// What is drawn; cheap to copy.
#[derive(Clone, Copy)]
struct Sheet {
    log: Log,
    view: Viewport,
    space: NodeRef<Div>,
    lines: NodeRef<Div>,
    measure: NodeRef<Span>,
    drawn: RwSignal<Vec<Drawn>>,
    /// How many lines are shown and held, and how many wait.
    counts: RwSignal<(usize, usize, Option<usize>)>,
    wrap: RwSignal<bool>,
    times: RwSignal<bool>,
    anew: StoredValue<u32>,
    asked: StoredValue<bool>,
    last_top: StoredValue<f64>,
}

impl Sheet {
    fn new(log: Log) -> Self {
        let sheet = Self {
            log,
            view: Viewport::new(),
            space: NodeRef::new(),
            lines: NodeRef::new(),
            measure: NodeRef::new(),
            drawn: RwSignal::new(vec![]),
            counts: RwSignal::new((0, 0, None)),
            wrap: RwSignal::new(true),
            times: RwSignal::new(true),
            anew: StoredValue::new(0),
            asked: StoredValue::new(false),
            last_top: StoredValue::new(0.0),
        };
        Effect::new(move |_| {
            log.version.track();
            sheet.ask();
        });
        Effect::new(move |_| {
            let _ = (
                sheet.view.size.get(),
                sheet.times.get(),
                log.names.with(Vec::len),
                sheet.wrap.get(),
            );
            // What was switched shows in the widths once it is drawn.
            request_animation_frame(move || sheet.measure());
        });
        Effect::new(move |_| {
            let _ = (log.search.get(), log.least.get());
            sheet.anew.update_value(|anew| *anew += 1);
        });
        sheet
    }

    /// Draws with the next frame, however much comes until then.
    fn ask(self) {
        if self.asked.try_update_value(|asked| std::mem::replace(asked, true)) == Some(false) {
            request_animation_frame(move || {
                // The window may have been closed meanwhile.
                if self.asked.try_set_value(false).is_none() {
                    self.draw();
                }
            });
        }
    }

    /// Finds out how many columns a row has.
    fn measure(self) {
        let Some(measure) = self.measure.try_get_untracked().flatten() else {
            return;
        };
        let Some(room) = measure.parent_element() else { return };
        let column = measure.get_bounding_client_rect().width() / f64::from(MEASURE);
        let columns = (room.get_bounding_client_rect().width() / column).floor();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a width in columns"
        )]
        let columns = (self.wrap.get_untracked() && columns >= 1.0).then_some(columns as usize);
        self.log.change(|buffer| buffer.set_columns(columns));
    }

    fn draw(self) {
        let (Some(view), Some(space), Some(lines)) = (
            self.view.node.get_untracked(),
            self.space.get_untracked(),
            self.lines.get_untracked(),
        ) else {
            return;
        };
        let seen = rows(self.view.size.get_untracked().1 / ROW) + 1;
        self.log.buffer.with_value(|buffer| {
            let all = buffer.rows();
            let range = if buffer.waiting().is_none() {
                all.saturating_sub(seen + AROUND)..all
            } else {
                around(f64::from(view.scroll_top()), seen)
            };
            let (top, shown) = buffer.draw(range);
            let anew = self.anew.get_value();
            let drawn = shown.into_iter().map(|(number, rows, line)| Drawn {
                key: (number, rows, anew),
                rows,
                line: line.clone(),
            });
            self.drawn.set(drawn.collect());
            let (shown, held) = buffer.counts();
            self.counts.set((shown, held, buffer.waiting()));
            place(&space, "height", &pixels(all));
            place(&lines, "top", &pixels(top));
            if buffer.waiting().is_none() {
                view.set_scroll_top(view.scroll_height());
                self.last_top.set_value(f64::from(view.scroll_top()));
            }
        });
    }

    /// Whoever scrolls up looks at something: the log is held still, until the end is seen again.
    fn scrolled(self) {
        let Some(view) = self.view.node.get_untracked() else {
            return;
        };
        let top = f64::from(view.scroll_top());
        let before = self.last_top.get_value();
        self.last_top.set_value(top);
        let at_end = view.scroll_top() + view.client_height() >= view.scroll_height() - 4;
        let held = self.log.buffer.with_value(|buffer| buffer.waiting().is_some());
        match (held, at_end) {
            (false, false) if top < before => self.hold(true),
            (true, true) if top > before => self.hold(false),
            _ => self.ask(),
        }
    }

    fn hold(self, still: bool) {
        self.log
            .change(|buffer| if still { buffer.hold() } else { buffer.go_on() });
    }

    fn held(self) -> bool {
        self.counts.with(|(_, _, waiting)| waiting.is_some())
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number of rows"
)]
fn rows(rows: f64) -> u64 {
    rows.ceil() as u64
}

fn around(top: f64, seen: u64) -> Range<u64> {
    let first = rows(top / ROW).saturating_sub(1);
    first.saturating_sub(AROUND)..first + seen + AROUND
}

fn pixels(rows: u64) -> String {
    format!("{}px", rows * 18)
}

fn place(element: &web_sys::HtmlElement, name: &str, value: &str) {
    // A property and a value that are right are not refused.
    let _ = web_sys::HtmlElement::style(element).set_property(name, value);
}

#[component]
fn LogOf(source: Source) -> impl IntoView {
    let log = Log::of(source.clone(), expect_context::<Deck>());
    let sheet = Sheet::new(log);
    let label = format!("What {} prints", source.name());
    let many = matches!(source, Source::Stack(_));
    let empty = Memo::new(move |_| match sheet.counts.get() {
        (0, 0, _) => Some("Nothing printed yet"),
        (0, ..) => Some("No line matches"),
        _ => None,
    });
    let waiting = Memo::new(move |_| sheet.counts.get().2.filter(|waiting| *waiting > 0));
    view! {
        <div class="logs">
            <Tools sheet=sheet name=source.name().to_owned() />
            <div
                class="logs-view"
                class:is-wrapped=sheet.wrap
                class:has-times=sheet.times
                class:has-names=many
                role="log"
                aria-live="off"
                aria-label=label
                tabindex="0"
                node_ref=sheet.view.node
                on:scroll=move |_| sheet.scrolled()
            >
                <div class="log-row is-measure" aria-hidden="true">
                    <time></time>
                    <b></b>
                    <span class="log-text">
                        <span node_ref=sheet.measure>{"0".repeat(MEASURE.into())}</span>
                    </span>
                </div>
                <div class="logs-space" node_ref=sheet.space>
                    <div class="logs-lines" node_ref=sheet.lines>
                        <For each=move || sheet.drawn.get() key=|drawn| drawn.key let:drawn>
                            {row(log, drawn)}
                        </For>
                    </div>
                </div>
            </div>
            <Show when=move || empty.get().is_some()>
                <p class="logs-empty">{move || empty.get()}</p>
            </Show>
            <Show when=move || waiting.get().is_some()>
                <button type="button" class="logs-more" on:click=move |_| sheet.hold(false)>
                    <Icon glyph=Glyph::ArrowDown size=14 />
                    {move || match waiting.get() {
                        Some(1) => "1 new line".to_owned(),
                        count => format!("{} new lines", thousands(count.unwrap_or_default())),
                    }}
                </button>
            </Show>
            <Foot sheet=sheet />
        </div>
    }
}

#[component]
fn Tools(sheet: Sheet, name: String) -> impl IntoView {
    let menus = expect_context::<Menus>();
    let log = sheet.log;
    let levels = [
        (Level::Plain, "All lines"),
        (Level::Warning, "Warnings and errors"),
        (Level::Error, "Errors"),
    ];
    let chosen = move || {
        levels
            .into_iter()
            .find(|(level, _)| *level == log.least.get())
            .map(|(_, word)| word)
    };
    let choose = move |event: MouseEvent| {
        let choice = |(level, label): (Level, &str)| {
            Entry::Choice(Choice {
                label: label.to_owned(),
                swatch: None,
                chosen: log.least.get_untracked() == level,
                run: Deed::new(move || log.least.set(level)),
            })
        };
        menus.open(Anchor::of(&event), "Lines to show", levels.map(choice).into());
    };
    let hold_label = Signal::derive(move || if sheet.held() { "Go on" } else { "Hold still" }.to_owned());
    let hold_glyph = Signal::derive(move || if sheet.held() { Glyph::Play } else { Glyph::Pause });
    view! {
        <div class="logs-tools" role="toolbar" aria-label="Log">
            <SearchField label="Filter lines" value=log.search />
            <Button press=choose>{chosen} <Icon glyph=Glyph::ChevronDown size=14 /></Button>
            <IconButton
                label="Break long lines"
                glyph=Glyph::Wrap
                pressed=sheet.wrap.into()
                press=move |_| sheet.wrap.update(|wrap| *wrap = !*wrap)
            />
            <IconButton
                label="Times"
                glyph=Glyph::Clock
                pressed=sheet.times.into()
                press=move |_| sheet.times.update(|times| *times = !*times)
            />
            <IconButton label="Save as a file" glyph=Glyph::Download press=move |_| save(log, &name) />
            <IconButton
                label="Empty this window"
                glyph=Glyph::Trash
                press=move |_| log.change(buffer::Buffer::clear)
            />
            <IconButton label=hold_label glyph=hold_glyph press=move |_| sheet.hold(!sheet.held()) />
        </div>
    }
}

#[component]
fn Foot(sheet: Sheet) -> impl IntoView {
    let standing = sheet.log.standing;
    let condition = Signal::derive(move || match (standing.get(), sheet.held()) {
        (Standing::Live, false) => Condition::Good,
        (Standing::Live, true) | (Standing::Gone(_), _) => Condition::Off,
        (Standing::Opening, _) => Condition::Busy,
        (Standing::Lost, _) => Condition::Doubtful,
    });
    let words = move || match (standing.get(), sheet.held()) {
        (Standing::Live, false) => "Live".to_owned(),
        (Standing::Live, true) => "Held still".to_owned(),
        (Standing::Opening, _) => "Opening…".to_owned(),
        (Standing::Lost, _) => "The connection broke; trying again…".to_owned(),
        (Standing::Gone(why), _) => why,
    };
    let counts = move || match sheet.counts.get() {
        (shown, held, _) if shown == held => format!("{} lines", thousands(held)),
        (shown, held, _) => format!("{} of {} lines", thousands(shown), thousands(held)),
    };
    view! {
        <footer class="logs-foot">
            <Dot condition=condition />
            <span role="status">{words}</span>
            <span>{counts}</span>
        </footer>
    }
}

fn row(log: Log, drawn: Drawn) -> impl IntoView {
    let Drawn { rows, line, .. } = drawn;
    let level = match line.level {
        Level::Plain => None,
        Level::Warning => Some("warning"),
        Level::Error => Some("error"),
    };
    let source = line.source;
    let name = source.and_then(|source| log.names.with_untracked(|names| names.get(source).cloned()));
    let parts = line
        .text
        .parts(&log.search.with_untracked(|search| search.trim().to_lowercase()));
    let parts: Vec<_> = parts
        .into_iter()
        .map(|(text, style, found)| part(text, style, found))
        .collect();
    view! {
        <div class="log-row" class:is-note=source.is_none() data-level=level style:height=pixels(rows)>
            <time>{line.at.map(of_second)}</time>
            <b data-hue=source.map(|source| (source % 6).to_string())>{name}</b>
            <span class="log-text">{parts}</span>
        </div>
    }
}

fn part(text: &str, style: Style, found: bool) -> impl IntoView + use<> {
    let class = match (style.bold, style.dim, found) {
        (_, _, true) => "is-found",
        (true, ..) => "is-bold",
        (_, true, _) => "is-dim",
        _ => "",
    };
    let colour = (style.colour > 0).then(|| style.colour.to_string());
    view! { <span class=class data-colour=colour>{text.to_owned()}</span> }
}

/// `22:58:01.250`, in the time zone of the browser.
fn of_second(at: i64) -> String {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a time in milliseconds fits a double for 285,000 years"
    )]
    let date = Date::new(&JsValue::from_f64(at as f64));
    let (hours, minutes, seconds) = (date.get_hours(), date.get_minutes(), date.get_seconds());
    format!("{hours:02}:{minutes:02}:{seconds:02}.{:03}", date.get_milliseconds())
}

/// `12,345`
fn thousands(count: usize) -> String {
    if count < 1_000 {
        return count.to_string();
    }
    format!("{},{:03}", thousands(count / 1_000), count % 1_000)
}
