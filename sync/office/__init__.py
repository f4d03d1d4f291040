"""The central office: takes in what every kiosk did, keeps the books, publishes people, prices and rights."""
