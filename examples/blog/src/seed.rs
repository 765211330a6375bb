//! The posts, comments and replies of a new database: made up, and the same each time.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, Result, Transaction, TransactionBehavior, params};

const POSTS: [(&str, &str, &str); 6] = [
    (
        "Two days along the old salt road",
        "Mara Lindqvist",
        "The salt road leaves the town behind the tannery, where the river bends, and for the first hour nothing about it looks \
         old. Then the asphalt stops, and you walk on stones that carts have hollowed out.\n\n\
         We slept at the mill, which has six beds and one opinion about breakfast. In the morning there was fog up to the knees, \
         and the cows stood in it like boats. Past the second pass the wind comes from the lake, and with it the smell of hay.\n\n\
         Bring water: the well at the chapel has been dry since spring. And take the left path at the split oak, whatever the \
         signpost says.",
    ),
    (
        "A loaf that forgives you",
        "Jonas Weber",
        "Most recipes punish you for a late train. This one does not: the dough may wait for an hour or for five, and it only \
         gets better.\n\n\
         Stir 500 g of flour, 380 g of water, 10 g of salt and a spoonful of starter with a fork. Fold it when you think of it. \
         Bake it in a pot with a lid, as hot as the oven can, for half an hour, and for a quarter of an hour without the lid.",
    ),
    (
        "How we read the sky before the phone",
        "Mara Lindqvist",
        "My grandmother hung the washing out by the swallows. If they flew low, it stayed in the basket.\n\n\
         Three signs are still worth knowing: a ring around the moon, which comes a day before rain; smoke that falls; and hills \
         that look nearer than they are.",
    ),
    (
        "The bridge at Krasna is open again",
        "Teodor Ilić",
        "Since last week the footbridge has planks again, and the detour by the quarry is history. It swings a little more than \
         it did. The ferryman says that he is not sorry to lose the walkers, but he will miss their dogs.",
    ),
    (
        "What I carry, and what I stopped carrying",
        "Jonas Weber",
        "After ten years the list fits on a postcard: a wool pullover, a pan, the good knife, a map, and dry socks in a jar.\n\n\
         Gone are the second pair of boots, the camera, and the fear of being late.",
    ),
    (
        "Mushrooms: a short list of what I do not eat",
        "Teodor Ilić",
        "Whatever grows under the birches behind our house, whatever my neighbour is sure about, and whatever looks exactly like \
         the picture.",
    ),
];

/// How many comments each post has, in the order above.
const COMMENTS: [usize; 6] = [128, 34, 12, 7, 21, 3];

const NAMES: [&str; 16] = [
    "Ines Duarte",
    "Piotr Wolski",
    "Hanna Virtanen",
    "Ravi Menon",
    "Claire Moreau",
    "Oskar Lund",
    "Noor Haddad",
    "Lena Kovač",
    "Tom Ashby",
    "Yuki Tanabe",
    "Greta Sommer",
    "Ciarán Doyle",
    "Amara Okafor",
    "Bruno Keller",
    "Sofia Rinaldi",
    "Emil Novák",
];

const OPENINGS: [&str; 11] = [
    "We did this in October, with two children and a reluctant dog.",
    "Thank you for this.",
    "I have to disagree, gently.",
    "My father would have liked to read it.",
    "A small correction from somebody who lives nearby.",
    "Tried it last weekend.",
    "This brought back a lot.",
    "I printed it and put it on the fridge.",
    "Third time that I come back to this page.",
    "One question.",
    "Well said.",
];

const REMARKS: [&str; 17] = [
    "The fog is no exaggeration: we heard the cows before we saw them.",
    "If it rains, wait for an hour. It always stops at the pass.",
    "Is it possible to do it in the other direction, or is the climb too steep?",
    "The last bus leaves at ten past six now, not at seven.",
    "What would you do differently the second time?",
    "I took less water than you say, and regretted it by noon.",
    "It took me four attempts, and the fifth was perfect.",
    "We met an old man there who told the same story, with a different ending.",
    "The second part is the better one, but nobody believes me.",
    "Please write more about the mill. We were there in June, and the breakfast is still a matter of opinion.",
    "The photographs would not do it justice anyway.",
    "I would add a hat to the list. Always a hat.",
    "Someone should tell the people who make the maps.",
    "It works with rye, too, if you give it another half an hour.",
    "My knees say no, and the rest of me is packing already.",
    "We turned back at the oak, and I have been thinking about it since.",
    "There is a bench now, on the left, with a view over the whole valley.",
];

const ANSWERS: [&str; 9] = [
    "That is good to know, thank you!",
    "Exactly my experience.",
    "In the other direction it is even nicer: you have the sun behind you.",
    "I asked at the mill: they say that it is only until spring.",
    "Ha, the same dog as ours, then.",
    "I would still take the left path.",
    "Let us know how it went.",
    "We were there on the same day, I think. The red tent?",
    "Half an hour more, and a little less water.",
];

pub(crate) fn fill_if_empty(connection: &mut Connection) -> Result<()> {
    // At once as a writer: another process may be filling it at the same time.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let is_empty: bool = transaction.query_row("SELECT NOT EXISTS (SELECT 1 FROM posts)", (), |row| row.get(0))?;
    if is_empty {
        fill(&transaction)?;
    }
    transaction.commit()
}

fn fill(transaction: &Transaction<'_>) -> Result<()> {
    let mut post =
        transaction.prepare("INSERT INTO posts (title, author, body, created_at) VALUES (?1, ?2, ?3, ?4)")?;
    let mut comment =
        transaction.prepare("INSERT INTO comments (post_id, author, body, created_at) VALUES (?1, ?2, ?3, ?4)")?;
    let mut reply =
        transaction.prepare("INSERT INTO replies (comment_id, author, body, created_at) VALUES (?1, ?2, ?3, ?4)")?;

    for (at, ((title, author, body), count)) in POSTS.into_iter().zip(COMMENTS).enumerate() {
        let days = 3 + 9 * at;
        let post_id = post.insert(params![title, author, body, days_ago(days, 0)])?;
        for number in 0..count {
            let day = days - number * days / count;
            // Steps without a common divisor with the lengths, so that no two comments of a post are the same.
            let text = format!("{} {}", pick(&OPENINGS, at + number), pick(&REMARKS, at + 5 * number));
            let comment_id =
                comment.insert(params![post_id, pick(&NAMES, at + 7 * number), text, days_ago(day, number)])?;
            for answer in 0..replies(number) {
                let name = pick(&NAMES, at + 7 * number + 3 * answer + 1);
                let text = pick(&ANSWERS, at + number + 4 * answer);
                reply.insert(params![comment_id, name, text, days_ago(day, number + answer + 1)])?;
            }
        }
    }
    Ok(())
}

/// How many replies a comment has: most have none, some a few.
fn replies(number: usize) -> usize {
    match number % 10 {
        0 => 3,
        3 | 7 => 1,
        5 => 2,
        _ => 0,
    }
}

fn pick<'t>(texts: &[&'t str], number: usize) -> &'t str {
    texts[number % texts.len()]
}

fn days_ago(days: usize, minutes: usize) -> Timestamp {
    let ago = Duration::from_secs((days * 24 * 60 - minutes) as u64 * 60);
    Timestamp::now() - ago
}
