"""The flow: carries mails, orders and letters between edge, core and store; decides nothing itself."""
