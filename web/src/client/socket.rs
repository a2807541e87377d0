//! A WebSocket as a stream of texts.

use futures_channel::mpsc::{UnboundedReceiver, unbounded};
use futures_util::StreamExt;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, WebSocket};

/// An open socket; it closes when this is dropped.
pub(super) struct Socket {
    socket: WebSocket,
    texts: UnboundedReceiver<Option<String>>,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _close: Closure<dyn FnMut()>,
}

impl Socket {
    /// Opens a socket to a path of this origin. That it cannot be reached shows as its end.
    pub(super) fn open(path: &str) -> Result<Self, JsValue> {
        let location = web_sys::window().ok_or(JsValue::NULL)?.location();
        let scheme = if location.protocol()? == "https:" { "wss" } else { "ws" };
        let socket = WebSocket::new(&format!("{scheme}://{}{path}", location.host()?))?;
        // Bounded by what the server sends: its queue to a browser is, and a text is taken in the turn it arrives.
        let (sender, texts) = unbounded();
        let closer = sender.clone();
        let message = Closure::<dyn FnMut(_)>::new(move |event: MessageEvent| {
            if let Some(text) = event.data().as_string() {
                let _ = sender.unbounded_send(Some(text));
            }
        });
        let close = Closure::<dyn FnMut()>::new(move || {
            let _ = closer.unbounded_send(None);
        });
        socket.set_onmessage(Some(message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(close.as_ref().unchecked_ref()));
        Ok(Self {
            socket,
            texts,
            _message: message,
            _close: close,
        })
    }

    /// The next text; absent once the socket is closed.
    pub(super) async fn next(&mut self) -> Option<String> {
        self.texts.next().await.flatten()
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        // Closing a closed socket is no error worth hearing of.
        let _ = self.socket.close();
    }
}
