"""Settlement at work: orders become entries of accounts, periods close, people look and decide.

    orders.py      an event of an order or refund goes to the order's lane
    taking.py      the order's lane ("sale:…") books its lines and tells the accounts
    told_parts.py  what of a line they are told
    posting.py     an account's lane ("account:…") posts them
    budgets.py     a budget's lane ("budget:…") lets money pass or wait
    books.py       what a batch knows of all this, and how it is written
    cards.py       published rate cards as a worker needs them
    goods.py       the products behind the lines of orders
    unmapped.py    goods of an order that are mapped to no product are told, with a card or without
    early_refunds.py  the first card looks through the refunds that came before it
    closing.py     what the end of a period posts; the job that ends it is runtime/period_end.py

The other files are what people do: rate_cards, rate_layers, quoting, periods, statements, locks,
change_requests, parties, products, to_map, adjustments, opening, reconciling, reports, month.
"""
