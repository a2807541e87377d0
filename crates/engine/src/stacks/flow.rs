//! Pieces of work that go on at the same time, each after those that it comes after.
//!
//! What was begun is ended: where a piece fails, no other one begins, and those at work come to their end before anybody
//! looks at what is there. A request to Podman that nobody waits for any more would still be carried out.

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;

/// How many pieces are at work at once.
const AT_ONCE: usize = 8;

/// Carries out `after.len()` pieces of work. A piece is `ready` once those whose numbers are in its `after` have ended,
/// and what `ready` then waits for has come; that can be left at any point. Its `work` is carried out to its end.
///
/// Answers the first failure.
pub(super) async fn each<E, R, W>(
    after: &[Vec<usize>],
    ready: impl Fn(usize) -> R,
    work: impl Fn(usize) -> W,
) -> Result<(), E>
where
    R: Future<Output = Result<(), E>>,
    W: Future<Output = Result<(), E>>,
{
    let places = Semaphore::new(AT_ONCE);
    let ended = watch::Sender::new(vec![false; after.len()]);
    let failed = CancellationToken::new();
    let (places, ended, failed, ready, work) = (&places, &ended, &failed, &ready, &work);
    let piece = |number: usize| async move {
        let prepared = async {
            let before = |ended: &Vec<bool>| after[number].iter().all(|number| ended[*number]);
            // The sender lives as long as this.
            let _told = ended.subscribe().wait_for(before).await.is_ok();
            ready(number).await?;
            Ok(places.acquire().await.ok())
        };
        let _place = tokio::select! {
            biased;
            () = failed.cancelled() => return Ok(()),
            place = prepared => place?,
        };
        work(number).await?;
        ended.send_modify(|ended| ended[number] = true);
        Ok(())
    };
    let mut pieces: FuturesUnordered<_> = (0..after.len()).map(piece).collect();
    let mut all = Ok(());
    while let Some(result) = pieces.next().await {
        if result.is_err() {
            failed.cancel();
        }
        all = all.and(result);
    }
    all
}

/// For what waits for nothing but those before it.
pub(super) async fn at_once<E>(_number: usize) -> Result<(), E> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use tokio::sync::Barrier;

    use super::*;

    #[tokio::test]
    async fn each_comes_after_its_own_and_beside_all_others() {
        let order = RefCell::new(Vec::new());
        let (both, order_of) = (Barrier::new(2), &order);
        let both = &both;
        let work = |number| async move {
            // The two in the middle wait for one another.
            if number == 1 || number == 2 {
                both.wait().await;
            }
            order_of.borrow_mut().push(number);
            Ok::<(), ()>(())
        };
        let after = [vec![], vec![0], vec![0], vec![1, 2]];
        each(&after, at_once, work).await.unwrap();
        let order = order.into_inner();
        assert_eq!((order[0], order[3]), (0, 3), "{order:?}");
    }

    #[tokio::test]
    async fn no_more_than_a_few_are_at_work() {
        let (now, most) = (Cell::new(0), Cell::new(0));
        let (now, most) = (&now, &most);
        let work = |_| async move {
            now.set(now.get() + 1);
            most.set(most.get().max(now.get()));
            tokio::task::yield_now().await;
            now.set(now.get() - 1);
            Ok::<(), ()>(())
        };
        each(&vec![vec![]; 50], at_once, work).await.unwrap();
        assert_eq!(most.get(), AT_ONCE);
    }

    #[tokio::test]
    async fn after_a_failure_what_is_at_work_ends_and_what_waits_does_not_begin() {
        let begun = Barrier::new(2);
        let (begun, ended) = (&begun, &RefCell::new(Vec::new()));
        let ready = |number| async move {
            if number == 3 {
                std::future::pending::<()>().await;
            }
            Ok(())
        };
        let work = |number| async move {
            if number < 2 {
                begun.wait().await;
            }
            if number == 0 {
                return Err("the first");
            }
            tokio::task::yield_now().await;
            ended.borrow_mut().push(number);
            Ok(())
        };
        let after = [vec![], vec![], vec![0], vec![]];
        assert_eq!(each(&after, ready, work).await, Err("the first"));
        assert_eq!(*ended.borrow(), [1]);
    }
}
