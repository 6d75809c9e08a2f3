// BankAPI
