//! Keeping labels clear of each other and inside the picture.

use crate::picture::Point;

/// Centres for labels stacked on a vertical line, each as near to its wish as the others allow.
///
/// `wishes` are (centre, height) in any order; the answer is in the same order. Labels stay between `top`
/// and `bottom` whenever they fit there at all, and keep the order of their wishes.
pub(crate) fn stack(wishes: &[(f64, f64)], top: f64, bottom: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wishes.len()).collect();
    order.sort_by(|a, b| wishes[*a].0.total_cmp(&wishes[*b].0));

    // Labels that touch form a block, which settles at the mean of its members' wishes.
    struct Block {
        members: Vec<usize>,
        height: f64,
        centre: f64,
    }
    let settle = |members: &[usize], height: f64| {
        let mut above = 0.0;
        let mut sum = 0.0;
        for member in members {
            let (wish, own) = wishes[*member];
            sum += wish - (above + own / 2.0);
            above += own;
        }
        let count: f64 = members.iter().map(|_| 1.0).sum();
        let start = (sum / count).min(bottom - height).max(top);
        start + height / 2.0
    };
    let mut blocks: Vec<Block> = Vec::new();
    for index in order {
        let height = wishes[index].1;
        let mut block = Block { members: vec![index], height, centre: settle(&[index], height) };
        while let Some(above) = blocks.pop() {
            if above.centre + above.height / 2.0 <= block.centre - block.height / 2.0 + 1e-9 {
                blocks.push(above);
                break;
            }
            let members: Vec<usize> = above.members.into_iter().chain(block.members).collect();
            let height = above.height + block.height;
            let centre = settle(&members, height);
            block = Block { members, height, centre };
        }
        blocks.push(block);
    }

    let mut centres = vec![0.0; wishes.len()];
    for block in blocks {
        let mut edge = block.centre - block.height / 2.0;
        for member in block.members {
            centres[member] = edge + wishes[member].1 / 2.0;
            edge += wishes[member].1;
        }
    }
    centres
}

/// A box: left, top, right, bottom.
pub(crate) type Extent = (f64, f64, f64, f64);

/// Finds free places for labels beside points.
pub(crate) struct Places {
    bounds: Extent,
    taken: Vec<Extent>,
    /// Points that a label should rather not cover, e.g. samples of lines.
    obstacles: Vec<Point>,
}

impl Places {
    /// Places inside a box.
    pub(crate) fn within(bounds: Extent) -> Self {
        Self { bounds, taken: Vec::new(), obstacles: Vec::new() }
    }

    /// Nothing may be placed over this box any more.
    pub(crate) fn take(&mut self, extent: Extent) {
        self.taken.push(extent);
    }

    /// A label should rather not cover these points.
    pub(crate) fn avoid(&mut self, points: impl IntoIterator<Item = Point>) {
        self.obstacles.extend(points);
    }

    /// Takes the best free box of a width and height beside a point, if there is any. Right of the point is
    /// best, then left, above and below; further away is worse, and covering an obstacle worse still.
    pub(crate) fn beside(&mut self, (x, y): Point, width: f64, height: f64, gap: f64) -> Option<Extent> {
        let mut best: Option<(f64, Extent)> = None;
        for (rank, centre) in candidates((x, y), width, height, gap).into_iter().enumerate() {
            let extent = (
                centre.0 - width / 2.0,
                centre.1 - height / 2.0,
                centre.0 + width / 2.0,
                centre.1 + height / 2.0,
            );
            if !inside(extent, self.bounds) || self.taken.iter().any(|other| overlap(extent, *other)) {
                continue;
            }
            let covered: f64 =
                self.obstacles.iter().filter(|point| contains(extent, **point)).map(|_| 1.0).sum();
            let rank = u32::try_from(rank).map_or(0.0, f64::from);
            let cost = covered * 12.0 + rank;
            if best.is_none_or(|(least, _)| cost < least) {
                best = Some((cost, extent));
            }
        }
        let (_, extent) = best?;
        self.taken.push(extent);
        Some(extent)
    }
}

/// Centres of label boxes round a point, best first.
fn candidates((x, y): Point, width: f64, height: f64, gap: f64) -> Vec<Point> {
    let mut centres = Vec::new();
    for ring in [0.0, 10.0, 22.0] {
        let (across, along) = (width / 2.0 + gap + ring, height / 2.0 + gap + ring);
        let corner = (across - gap * 0.6, along - gap * 0.6);
        centres.extend([
            (x + across, y),
            (x - across, y),
            (x, y - along),
            (x, y + along),
            (x + corner.0, y - corner.1),
            (x - corner.0, y - corner.1),
            (x + corner.0, y + corner.1),
            (x - corner.0, y + corner.1),
            (x + width / 4.0, y - along),
            (x - width / 4.0, y - along),
            (x + width / 4.0, y + along),
            (x - width / 4.0, y + along),
        ]);
    }
    centres
}

/// Whether two boxes share any area.
pub(crate) fn overlap(a: Extent, b: Extent) -> bool {
    a.0 < b.2 && b.0 < a.2 && a.1 < b.3 && b.1 < a.3
}

fn inside(a: Extent, bounds: Extent) -> bool {
    a.0 >= bounds.0 && a.1 >= bounds.1 && a.2 <= bounds.2 && a.3 <= bounds.3
}

fn contains(a: Extent, (x, y): Point) -> bool {
    a.0 <= x && x <= a.2 && a.1 <= y && y <= a.3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stacked_labels_never_overlap_and_stay_inside() {
        // A small generator of our own: many arrangements, the same on every run.
        let mut state = 7_u32;
        let mut next = |range: f64| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 8) / f64::from(1_u32 << 24) * range
        };
        for _ in 0..500 {
            let wishes: Vec<(f64, f64)> = (0..6).map(|_| (next(400.0) - 50.0, 15.0 + next(30.0))).collect();
            let centres = stack(&wishes, 10.0, 310.0);
            let mut boxes: Vec<(f64, f64)> = centres
                .iter()
                .zip(&wishes)
                .map(|(centre, (_, height))| (centre - height / 2.0, centre + height / 2.0))
                .collect();
            boxes.sort_by(|a, b| a.0.total_cmp(&b.0));
            assert!(boxes.windows(2).all(|pair| pair[0].1 <= pair[1].0 + 1e-6), "{wishes:?} {boxes:?}");
            assert!(
                boxes.iter().all(|(top, bottom)| *top >= 10.0 - 1e-6 && *bottom <= 310.0 + 1e-6),
                "{boxes:?}"
            );
        }
    }

    #[test]
    fn a_label_with_room_stays_where_it_wants_to_be() {
        assert_eq!(stack(&[(100.0, 20.0), (50.0, 20.0)], 0.0, 200.0), vec![100.0, 50.0]);
        assert!(stack(&[], 0.0, 200.0).is_empty());
    }

    #[test]
    fn a_crowded_place_refuses_a_label() {
        let mut places = Places::within((0.0, 0.0, 100.0, 40.0));
        places.take((0.0, 0.0, 100.0, 40.0));
        assert!(places.beside((50.0, 20.0), 30.0, 12.0, 4.0).is_none());
    }
}
